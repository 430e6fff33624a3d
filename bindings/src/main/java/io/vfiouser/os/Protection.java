package io.vfiouser.os;

import io.vfiouser.ffi.posix.posix_h;

/** What may be done with mapped memory. */
public enum Protection {
    /** Nothing; the addresses are only reserved. */
    NONE(posix_h.PROT_NONE()),
    /** Loads. */
    READ(posix_h.PROT_READ()),
    /** Stores; most processors then allow loads too. */
    WRITE(posix_h.PROT_WRITE()),
    /** Loads and stores. */
    READ_WRITE(posix_h.PROT_READ() | posix_h.PROT_WRITE());

    private final int bits;

    Protection(int bits) {
        this.bits = bits;
    }

    /** The value for these two permissions. */
    public static Protection of(boolean readable, boolean writable) {
        if (readable) {
            return writable ? READ_WRITE : READ;
        }
        return writable ? WRITE : NONE;
    }

    /** The value for the {@code PROT_READ} and {@code PROT_WRITE} bits of a mask; other bits are ignored. */
    public static Protection ofBits(int bits) {
        return of((bits & posix_h.PROT_READ()) != 0, (bits & posix_h.PROT_WRITE()) != 0);
    }

    /** The {@code PROT_*} bits. */
    public int bits() {
        return bits;
    }

    /** Whether loads are allowed. */
    public boolean readable() {
        return (bits & posix_h.PROT_READ()) != 0;
    }

    /** Whether stores are allowed. */
    public boolean writable() {
        return (bits & posix_h.PROT_WRITE()) != 0;
    }
}
