package io.vfiouser.mover;

/** What became of the request that the destination runs. */
sealed interface Takeover {
    /** It runs. */
    record Taken() implements Takeover {}

    /** It does not run, and never will with this state. */
    record NotTaken(Throwable cause) implements Takeover {}

    /** Nobody can say. */
    record Unknown(String explanation, Throwable cause) implements Takeover {}
}
