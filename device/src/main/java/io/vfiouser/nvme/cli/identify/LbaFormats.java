package io.vfiouser.nvme.cli.identify;

import io.vfiouser.nvme.spec.IdentifyNamespace;
import io.vfiouser.nvme.spec.LbaFormat;
import io.vfiouser.nvme.spec.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The LBA formats of Identify Namespace. NVM Command Set 1.1, section 4.1.5.1, "LBA Format Data Structure". */
final class LbaFormats {

    private static final List<String> PERFORMANCES = List.of("Best", "Better", "Good", "Degraded");
    private static final int RESERVED_SHIFT = 26;

    private LbaFormats() {}

    /** Those of NLBAF and {@code uniqueFormats} (NULBAF), as far as there is room for them. */
    static Entry of(MemorySegment namespace, int uniqueFormats) {
        IdentifyNamespace structure = new IdentifyNamespace(namespace);
        int count = Math.min(structure.formatCount() + uniqueFormats, IdentifyNamespace.LBA_FORMATS);
        List<String> lines = new ArrayList<>();
        List<Map<String, Object>> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            LbaFormat format = structure.format(i);
            int reserved = LittleEndian.i32(namespace, IdentifyNamespace.LBAF0 + (long) i * LbaFormat.LENGTH_BYTES)
                    >>> RESERVED_SHIFT;
            lines.add(line(i, format, reserved, i == structure.formatIndex()));
            values.add(values(format, i == structure.formatIndex()));
        }
        return new Entry("lbafs", values, lines);
    }

    /** Bytes of a block in the format that is in use: 2 to the power of any LBADS. */
    static BigInteger blockBytes(MemorySegment namespace) {
        return blockBytes(new IdentifyNamespace(namespace).format());
    }

    private static BigInteger blockBytes(LbaFormat format) {
        return BigInteger.ONE.shiftLeft(format.dataShift());
    }

    private static String line(int index, LbaFormat format, int reserved, boolean inUse) {
        int performance = format.relativePerformance();
        return String.format(
                        Locale.ROOT,
                        "LBA Format %2d : Metadata Size: %-3d bytes - Data Size: %-2d bytes - Relative Performance: ",
                        index,
                        format.metadataBytes(),
                        blockBytes(format))
                + Format.hex(BigInteger.valueOf(performance)) + " " + PERFORMANCES.get(performance)
                + (reserved == 0 ? "" : " Reserved: " + Format.hex(BigInteger.valueOf(reserved)))
                + (inUse ? " (in use)" : "");
    }

    private static Map<String, Object> values(LbaFormat format, boolean inUse) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("ms", format.metadataBytes());
        values.put("ds", format.dataShift());
        values.put("rp", format.relativePerformance());
        values.put("in_use", inUse);
        return values;
    }
}
