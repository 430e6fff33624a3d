package io.vfiouser.nvme.cli.identify;

import static io.vfiouser.nvme.cli.identify.BitRange.choice;
import static io.vfiouser.nvme.cli.identify.BitRange.flag;
import static io.vfiouser.nvme.cli.identify.BitRange.number;
import static io.vfiouser.nvme.cli.identify.BitRange.supported;
import static io.vfiouser.nvme.cli.identify.Format.decimal;
import static io.vfiouser.nvme.cli.identify.Format.hex;

import io.vfiouser.nvme.spec.IdentifyNamespace;
import io.vfiouser.nvme.spec.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The fields of Identify Namespace that {@code nvme id-ns} shows. NVM Command Set 1.1, section 4.1.5.1. */
final class NamespaceFields {

    private static final int LABEL_WIDTH = 8;

    /** OPTPERF: either bit makes NPWG, NPWA, NPDA and NOWS valid, this one NPDG too. */
    private static final int OPTPERF_WITH_NPDG = IdentifyNamespace.NSFEAT_OPTIMAL_PERFORMANCE;

    private static final int OPTPERF = 0b11 << 4;
    private static final int EUI64_LENGTH = 8;

    private static final Bits NSFEAT_BITS = Bits.of(
            8,
            supported(7, "NPRG, NPRA and NORS are"),
            flag(
                    6,
                    "Single Atomicity Mode applies to write operations",
                    "Multiple Atomicity Mode applies to write operations"),
            choice(
                    5,
                    4,
                    "NPWG, NPWA, NPDG, NPDGL, NPDA, and NOWS are Not Supported",
                    "NPWG, NPWA, NPDG, NPDA, and NOWS are Supported",
                    "NPWG, NPWA, NPDGL, NPDA, and NOWS are Supported",
                    "NPWG, NPWA, NPDG, NPDGL, NPDA, and NOWS are Supported"),
            flag(3, "NGUID and EUI64 fields if non-zero, Reused", "NGUID and EUI64 fields if non-zero, Never Reused"),
            supported(2, "Deallocated or Unwritten Logical Block error"),
            flag(1, "Namespace uses AWUN, AWUPF, and ACWU", "Namespace uses NAWUN, NAWUPF, and NACWU"),
            supported(0, "Thin Provisioning"));

    private static final Bits FLBAS_BITS = Bits.of(
            8,
            number(6, 5, "Most significant 2 bits of Current LBA Format Selected"),
            flag(4, "Metadata Transferred in Separate Contiguous Buffer", "Metadata Transferred at End of Data LBA"),
            number(3, 0, "Least significant 4 bits of Current LBA Format Selected"));

    private static final Bits MC_BITS =
            Bits.of(8, supported(1, "Metadata Pointer"), supported(0, "Metadata as Part of Extended Data LBA"));

    private static final Bits DPC_BITS = Bits.of(
            8,
            supported(4, "Protection Information Transferred as Last Bytes of Metadata"),
            supported(3, "Protection Information Transferred as First Bytes of Metadata"),
            supported(2, "Protection Information Type 3"),
            supported(1, "Protection Information Type 2"),
            supported(0, "Protection Information Type 1"));

    private static final Bits DPS_BITS = Bits.of(
            8,
            flag(
                    3,
                    "Protection Information is Transferred as Last Bytes of Metadata",
                    "Protection Information is Transferred as First Bytes of Metadata"),
            new BitRange(2, 0, false, type -> "Protection Information " + protectionType(type)));

    private static final Bits NMIC_BITS = Bits.of(
            8,
            flag(1, "Namespace is Not a Dispersed Namespace", "Namespace is a Dispersed Namespace"),
            flag(0, "Namespace Multipath Not Capable", "Namespace Multipath Capable"));

    private static final Bits RESCAP_BITS = Bits.of(
            8,
            flag(
                    7,
                    "Ignore Existing Key - Used as defined in revision 1.2.1 or earlier",
                    "Ignore Existing Key - Used as defined in revision 1.3 or later"),
            supported(6, "Exclusive Access - All Registrants"),
            supported(5, "Write Exclusive - All Registrants"),
            supported(4, "Exclusive Access - Registrants Only"),
            supported(3, "Write Exclusive - Registrants Only"),
            supported(2, "Exclusive Access"),
            supported(1, "Write Exclusive"),
            supported(0, "Persist Through Power Loss"));

    private static final BitRange FORMAT_REMAINING =
            new BitRange(6, 0, false, percent -> "Format Progress Indicator (Remaining " + percent + "%)");
    private static final BitRange FORMAT_PROGRESS = supported(7, "Format Progress Indicator");
    private static final Bits FPI_BITS = Bits.of(8, FORMAT_PROGRESS, FORMAT_REMAINING);
    private static final Bits FPI_UNSUPPORTED = Bits.of(8, FORMAT_PROGRESS, FORMAT_REMAINING.hideIfZero());

    private static final Bits DLFEAT_BITS = Bits.of(
            8,
            flag(
                    4,
                    "Guard Field of Deallocated Logical Blocks is set to 0xFFFF",
                    "Guard Field of Deallocated Logical Blocks is set to CRC of The Value Read"),
            supported(3, "Deallocate Bit in the Write Zeroes Command is"),
            new BitRange(
                    2,
                    0,
                    false,
                    value -> "Bytes Read From a Deallocated Logical Block and its Metadata are "
                            + deallocatedRead(value)));

    private static final Bits KPIOS_BITS = Bits.of(
            8,
            supported(1, "Key Per I/O Capability"),
            flag(0, "Key Per I/O Capability Disabled", "Key Per I/O Capability Enabled"));

    private static final Bits NSATTR_BITS =
            Bits.of(8, flag(0, "Namespace Not Write Protected", "Namespace Write Protected"));

    private static final FieldTable TABLE = FieldTable.of(
            LABEL_WIDTH,
            Field.of("nsze", IdentifyNamespace.NSZE, hex(8)).note("Total size in logical blocks"),
            Field.of("ncap", IdentifyNamespace.NCAP, hex(8)).note("Maximum size in logical blocks"),
            Field.of("nuse", IdentifyNamespace.NUSE, hex(8)).note("Current size in logical blocks"),
            Field.of("nsfeat", IdentifyNamespace.NSFEAT, hex(1)).explained(NSFEAT_BITS),
            Field.of("nlbaf", IdentifyNamespace.NLBAF, decimal(1)),
            Field.of("flbas", IdentifyNamespace.FLBAS, hex(1)).explained(FLBAS_BITS),
            Field.of("mc", IdentifyNamespace.MC, hex(1)).explained(MC_BITS),
            Field.of("dpc", IdentifyNamespace.DPC, hex(1)).explained(DPC_BITS),
            Field.of("dps", IdentifyNamespace.DPS, hex(1)).explained(DPS_BITS),
            Field.of("nmic", IdentifyNamespace.NMIC, hex(1)).explained(NMIC_BITS),
            Field.of("rescap", IdentifyNamespace.RESCAP, hex(1)).explained(RESCAP_BITS),
            Field.of("fpi", IdentifyNamespace.FPI, hex(1)).explained(NamespaceFields::formatProgress),
            Field.of("dlfeat", IdentifyNamespace.DLFEAT, decimal(1)).explained(DLFEAT_BITS),
            Field.of("nawun", IdentifyNamespace.NAWUN, decimal(2)),
            Field.of("nawupf", IdentifyNamespace.NAWUPF, decimal(2)),
            Field.of("nacwu", IdentifyNamespace.NACWU, decimal(2)),
            Field.of("nabsn", IdentifyNamespace.NABSN, decimal(2)),
            Field.of("nabo", IdentifyNamespace.NABO, decimal(2)),
            Field.of("nabspf", IdentifyNamespace.NABSPF, decimal(2)),
            Field.of("noiob", IdentifyNamespace.NOIOB, decimal(2)),
            Field.of("nvmcap", IdentifyNamespace.NVMCAP, decimal(16)),
            Field.of("npwg", IdentifyNamespace.NPWG, decimal(2)).when(featured(OPTPERF)),
            Field.of("npwa", IdentifyNamespace.NPWA, decimal(2)).when(featured(OPTPERF)),
            Field.of("npdg", IdentifyNamespace.NPDG, decimal(2)).when(featured(OPTPERF_WITH_NPDG)),
            Field.of("npda", IdentifyNamespace.NPDA, decimal(2)).when(featured(OPTPERF)),
            Field.of("nows", IdentifyNamespace.NOWS, decimal(2)).when(featured(OPTPERF)),
            Field.of("mssrl", IdentifyNamespace.MSSRL, decimal(2)),
            Field.of("mcl", IdentifyNamespace.MCL, decimal(4)),
            Field.of("msrc", IdentifyNamespace.MSRC, decimal(1)),
            Field.of("kpios", IdentifyNamespace.KPIOS, decimal(1)).explained(KPIOS_BITS),
            Field.of("nulbaf", IdentifyNamespace.NULBAF, decimal(1)),
            Field.of("kpiodaag", IdentifyNamespace.KPIODAAG, decimal(4)),
            Field.of("anagrpid", IdentifyNamespace.ANAGRPID, decimal(4)),
            Field.of("nsattr", IdentifyNamespace.NSATTR, decimal(1)).explained(NSATTR_BITS),
            Field.of("nvmsetid", IdentifyNamespace.NVMSETID, decimal(2)),
            Field.of("endgid", IdentifyNamespace.ENDGID, decimal(2)),
            Field.of("nguid", IdentifyNamespace.NGUID, Format.bytes(IdentifyNamespace.NGUID_LENGTH)),
            Field.of("eui64", IdentifyNamespace.EUI64, Format.bytes(EUI64_LENGTH)));

    private NamespaceFields() {}

    /** What {@code id-ns} shows of the structure, LBA formats included. */
    static List<Entry> of(MemorySegment structure) {
        List<Entry> entries = new ArrayList<>(TABLE.read(structure));
        entries.add(LbaFormats.of(structure, LittleEndian.u8(structure, IdentifyNamespace.NULBAF)));
        return entries;
    }

    private static Predicate<MemorySegment> featured(int bits) {
        return structure -> (LittleEndian.u8(structure, IdentifyNamespace.NSFEAT) & bits) != 0;
    }

    /** Progress that is not supported is shown if it is there all the same. */
    private static List<String> formatProgress(BigInteger value) {
        return (FORMAT_PROGRESS.of(value) == 0 ? FPI_UNSUPPORTED : FPI_BITS).apply(value);
    }

    private static String protectionType(long type) {
        if (type == 0) {
            return "Disabled";
        }
        return type <= 3 ? "Type " + type + " Enabled" : "Reserved Enabled";
    }

    private static String deallocatedRead(long value) {
        return switch ((int) value) {
            case 0 -> "Not Reported";
            case 1 -> "0x00";
            case 2 -> "0xFF";
            default -> "Reserved Value";
        };
    }
}
