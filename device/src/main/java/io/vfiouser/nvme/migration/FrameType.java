package io.vfiouser.nvme.migration;

import java.util.Optional;

/** The types of frames that this version knows, and how long their payloads may be. */
enum FrameType {
    HEADER(1, "header", 3, 3 + FrameCodec.LONGEST_SOFTWARE_BYTES),
    NAMESPACE(2, "namespace", 16, 16),
    DATA(3, "data", FrameCodec.DATA_FIELDS_BYTES + 1, FrameCodec.DATA_FIELDS_BYTES + StreamFormat.LARGEST_DATA_BYTES),
    ZEROES(4, "zeroes", 24, 24),
    PASS_END(5, "end of pass", 4, 4),
    CONTROLLER(6, "controller", 1, StreamFormat.LARGEST_STATE_BYTES),
    END(7, "end", 16, 16);

    /** Bytes that a later minor version may have added to a payload. */
    private static final int ADDED_BYTES = 4096;

    private final int code;
    private final String title;
    private final int leastBytes;
    private final int mostBytes;

    FrameType(int code, String title, int leastBytes, int mostBytes) {
        this.code = code;
        this.title = title;
        this.leastBytes = leastBytes;
        this.mostBytes = mostBytes;
    }

    static Optional<FrameType> of(int code) {
        for (FrameType type : values()) {
            if (type.code == code) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    static FrameType of(Frame frame) {
        return switch (frame) {
            case Frame.Header h -> HEADER;
            case Frame.Namespace n -> NAMESPACE;
            case Frame.Data d -> DATA;
            case Frame.Zeroes z -> ZEROES;
            case Frame.PassEnd p -> PASS_END;
            case Frame.Controller c -> CONTROLLER;
            case Frame.End e -> END;
        };
    }

    int code() {
        return code;
    }

    String title() {
        return title;
    }

    /** Whether a payload may have this length. Content of blocks and a state have an end of their own, so nothing is added to them. */
    boolean allows(long lengthBytes, boolean newer) {
        boolean grows = newer && this != DATA && this != CONTROLLER;
        return lengthBytes >= leastBytes && lengthBytes <= mostBytes + (grows ? ADDED_BYTES : 0);
    }
}
