package io.vfiouser.benchmarks.sidebyside;

/** The run cannot go on; the message names cause and remedy and is all that a user sees. */
final class BenchException extends RuntimeException {

    private static final long serialVersionUID = 1;

    BenchException(String message) {
        super(message);
    }

    BenchException(String message, Throwable cause) {
        super(message, cause);
    }
}
