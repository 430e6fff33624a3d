package io.vfiouser.client.wire;

import java.io.Serial;

/** A text is not JSON, or more of it than anybody needs. The message says what is wrong and where. */
public final class JsonException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    JsonException(String problem, int position) {
        super(problem + " at position " + position);
    }
}
