package io.vfiouser.nvme.controller;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** What one poller has done: written by its thread alone, read by the control thread for the SMART log. */
final class IoCounters {
    private static final VarHandle READ_COMMANDS = handle("readCommands");
    private static final VarHandle READ_BYTES = handle("readBytes");
    private static final VarHandle WRITE_COMMANDS = handle("writeCommands");
    private static final VarHandle WRITE_BYTES = handle("writeBytes");
    private static final VarHandle MEDIA_ERRORS = handle("mediaErrors");

    private long readCommands;
    private long readBytes;
    private long writeCommands;
    private long writeBytes;
    private long mediaErrors;

    /** A Read or Compare. NVM Command Set 1.1, section 4.1.4.2. */
    void read(long bytes) {
        READ_COMMANDS.setOpaque(this, readCommands + 1);
        READ_BYTES.setOpaque(this, readBytes + bytes);
    }

    /** Blocks were read for a Verify, which counts as data but not as a command. */
    void verified(long bytes) {
        READ_BYTES.setOpaque(this, readBytes + bytes);
    }

    void written(long bytes) {
        WRITE_COMMANDS.setOpaque(this, writeCommands + 1);
        WRITE_BYTES.setOpaque(this, writeBytes + bytes);
    }

    void mediaError() {
        MEDIA_ERRORS.setOpaque(this, mediaErrors + 1);
    }

    long readCommands() {
        return (long) READ_COMMANDS.getOpaque(this);
    }

    long readBytes() {
        return (long) READ_BYTES.getOpaque(this);
    }

    long writeCommands() {
        return (long) WRITE_COMMANDS.getOpaque(this);
    }

    long writeBytes() {
        return (long) WRITE_BYTES.getOpaque(this);
    }

    long mediaErrors() {
        return (long) MEDIA_ERRORS.getOpaque(this);
    }

    private static VarHandle handle(String field) {
        try {
            return MethodHandles.lookup().findVarHandle(IoCounters.class, field, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
