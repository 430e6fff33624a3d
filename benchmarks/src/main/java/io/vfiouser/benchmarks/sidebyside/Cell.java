package io.vfiouser.benchmarks.sidebyside;

import io.vfiouser.nvme.NvmeDeviceBuilder;
import java.util.ArrayList;
import java.util.List;

/**
 * One thing that is measured.
 *
 * @param backend behind the controller
 * @param mode what is done
 * @param blockBytes of each command
 * @param depth commands in flight on each queue
 * @param queues I/O queues of the client
 * @param dmaRegions regions in which the target gets the client's memory: {@link #SCATTER_BYTES} of it then, of pages of the usual size, and each
 *     command moves its data into a place at random; 0 for a buffer of each command that can be in flight, in one region of huge pages
 */
record Cell(Backend backend, Mode mode, int blockBytes, int depth, int queues, int dmaRegions) {

    /** Client memory over which the data are scattered where DMA regions are counted. */
    static final long SCATTER_BYTES = 256 << 20;

    private static final int LARGEST_BLOCK = 1 << 20;
    private static final int[] DEPTHS = {1, 32, 128};
    private static final int[] BLOCKS = {512, 4 << 10, 16 << 10, 128 << 10};

    Cell {
        require(blockBytes >= 512 && blockBytes <= LARGEST_BLOCK && blockBytes % 512 == 0, "a block of " + blockBytes);
        require(depth >= 1 && depth <= 4095, "a depth of " + depth);
        require(queues >= 1 && queues <= 64, queues + " queues");
        require(dmaRegions >= 0 && dmaRegions <= NvmeDeviceBuilder.MOST_DMA_REGIONS, dmaRegions + " DMA regions");
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new IllegalArgumentException(
                    what + " cannot be measured: blocks are multiples of 512 up to 1M, depths 1 to"
                            + " 4095, queues 1 to 64, DMA regions 1 to 65535");
        }
    }

    /** With a buffer of each command that can be in flight. */
    Cell(Backend backend, Mode mode, int blockBytes, int depth, int queues) {
        this(backend, mode, blockBytes, depth, queues, 0);
    }

    /**
     * As in {@code ram:randread:4K:32} or {@code null:read:128K:32:4}, the last being queues, or {@code ram:randread:4K:32:1:1024}, the last being
     * DMA regions.
     */
    static Cell parse(String text) {
        String[] parts = text.split(":", -1);
        try {
            if (parts.length >= 4 && parts.length <= 6) {
                return new Cell(
                        backend(parts[0]),
                        Mode.of(parts[1]),
                        Math.toIntExact(Size.parse(parts[2])),
                        Integer.parseInt(parts[3]),
                        parts.length > 4 ? Integer.parseInt(parts[4]) : 1,
                        parts.length > 5 ? positive(parts[5]) : 0);
            }
        } catch (NumberFormatException | ArithmeticException e) {
            throw new IllegalArgumentException("no cell: " + text + ": " + e.getMessage(), e);
        }
        throw new IllegalArgumentException("no cell: " + text
                + "; write it as ram:randread:4K:32, null:randread:4K:32:2 or ram:randread:4K:32:1:1024");
    }

    private static int positive(String number) {
        int value = Integer.parseInt(number);
        require(value > 0, number + " DMA regions");
        return value;
    }

    private static Backend backend(String name) {
        for (Backend backend : Backend.values()) {
            if (backend.toString().equals(name)) {
                return backend;
            }
        }
        throw new IllegalArgumentException("no back end " + name + ": take ram or null");
    }

    /** {@code quick}, {@code full}, {@code spdk}, or cells separated by commas. */
    static List<Cell> list(String text) {
        return switch (text) {
            case "quick" -> quick();
            case "full" -> full();
            case "spdk" -> spdk();
            default -> {
                List<Cell> cells = new ArrayList<>();
                for (String each : text.split(",", -1)) {
                    cells.add(parse(each));
                }
                yield List.copyOf(cells);
            }
        };
    }

    /** The cells that show most. */
    static List<Cell> quick() {
        return List.of(
                parse("ram:randread:4K:1"),
                parse("ram:randread:4K:32"),
                parse("ram:randread:4K:128"),
                parse("ram:randwrite:4K:32"),
                parse("ram:randrw:4K:32"),
                parse("ram:randread:512:32"),
                parse("ram:read:128K:32"),
                parse("null:randread:4K:1"),
                parse("null:randread:4K:32"),
                parse("null:randread:4K:128"));
    }

    /** What SPDK's target is compared in. */
    static List<Cell> spdk() {
        List<Cell> cells = new ArrayList<>();
        for (Mode mode : List.of(Mode.RANDREAD, Mode.RANDWRITE)) {
            for (int depth : DEPTHS) {
                cells.add(new Cell(Backend.RAM, mode, 4096, depth, 1));
            }
        }
        cells.add(new Cell(Backend.RAM, Mode.READ, 128 << 10, 32, 1));
        for (int depth : DEPTHS) {
            cells.add(new Cell(Backend.NULL, Mode.RANDREAD, 4096, depth, 1));
        }
        return List.copyOf(cells);
    }

    /** Every depth and size. */
    static List<Cell> full() {
        List<Cell> cells = new ArrayList<>();
        for (Mode mode : List.of(Mode.RANDREAD, Mode.RANDWRITE, Mode.RANDRW)) {
            for (int block : BLOCKS) {
                for (int depth : DEPTHS) {
                    cells.add(new Cell(Backend.RAM, mode, block, depth, 1));
                }
            }
        }
        for (int depth : DEPTHS) {
            cells.add(new Cell(Backend.RAM, Mode.READ, 128 << 10, depth, 1));
        }
        for (Mode mode : List.of(Mode.RANDREAD, Mode.RANDWRITE)) {
            for (int depth : DEPTHS) {
                cells.add(new Cell(Backend.NULL, mode, 4096, depth, 1));
            }
        }
        return List.copyOf(cells);
    }

    /** For people. */
    String label() {
        return backend + " " + mode + " " + Size.format(blockBytes) + " d" + depth + (queues == 1 ? "" : " q" + queues)
                + (dmaRegions == 0 ? "" : " r" + dmaRegions);
    }

    /** What {@link #parse} reads. */
    @Override
    public String toString() {
        return backend + ":" + mode + ":" + Size.format(blockBytes) + ":" + depth
                + (queues == 1 && dmaRegions == 0 ? "" : ":" + queues)
                + (dmaRegions == 0 ? "" : ":" + dmaRegions);
    }
}
