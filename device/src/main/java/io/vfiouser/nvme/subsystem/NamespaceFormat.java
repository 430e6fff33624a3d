package io.vfiouser.nvme.subsystem;

import io.vfiouser.nvme.spec.LbaFormat;
import java.util.ArrayList;
import java.util.List;

/**
 * How a namespace's logical blocks lie on its back end's: a logical block is one of the back end's or a whole number of them.
 *
 * @param index index of the format in the list that all namespaces have
 * @param blockShift binary logarithm of a logical block's bytes
 * @param deviceShift binary logarithm of how many of the back end's blocks make a logical one
 */
public record NamespaceFormat(int index, int blockShift, int deviceShift) {
    /** Bytes of a logical block, by index: the list of LBA formats. */
    private static final List<Integer> BLOCK_BYTES = List.of(512, 4096);

    /** Number of LBA formats. */
    public static int count() {
        return BLOCK_BYTES.size();
    }

    /** Bytes of a logical block of the format with this index. */
    public static int blockBytes(int index) {
        return BLOCK_BYTES.get(index);
    }

    /** The format of a back end's own blocks. */
    static NamespaceFormat ofDevice(int deviceBlockBytes) {
        return ofBlockBytes(deviceBlockBytes, deviceBlockBytes);
    }

    /**
     * The format with logical blocks of {@code blockBytes}.
     *
     * @throws IllegalArgumentException if a back end with blocks of {@code deviceBlockBytes} cannot have it
     */
    static NamespaceFormat ofBlockBytes(int blockBytes, int deviceBlockBytes) {
        int index = BLOCK_BYTES.indexOf(blockBytes);
        if (index < 0 || !available(index, deviceBlockBytes)) {
            throw new IllegalArgumentException("logical blocks of %d bytes do not fit a back end with blocks of %d"
                    .formatted(blockBytes, deviceBlockBytes));
        }
        return of(index, deviceBlockBytes);
    }

    /** The format with this index; only if it is {@link #available}. */
    static NamespaceFormat of(int index, int deviceBlockBytes) {
        int shift = Integer.numberOfTrailingZeros(BLOCK_BYTES.get(index));
        return new NamespaceFormat(index, shift, shift - Integer.numberOfTrailingZeros(deviceBlockBytes));
    }

    /** Whether a back end with blocks of this size can have the format with this index. */
    public static boolean available(int index, int deviceBlockBytes) {
        return index >= 0 && index < BLOCK_BYTES.size() && BLOCK_BYTES.get(index) >= deviceBlockBytes;
    }

    /** The LBA formats as a namespace on a back end with blocks of this size has them; what it cannot have is not available. */
    public static List<LbaFormat> all(int deviceBlockBytes) {
        List<LbaFormat> formats = new ArrayList<>();
        for (int i = 0; i < BLOCK_BYTES.size(); i++) {
            formats.add(
                    available(i, deviceBlockBytes)
                            ? LbaFormat.ofBlockBytes(BLOCK_BYTES.get(i))
                            : new LbaFormat(0, 0, 0));
        }
        return formats;
    }

    public int blockBytes() {
        return 1 << blockShift;
    }
}
