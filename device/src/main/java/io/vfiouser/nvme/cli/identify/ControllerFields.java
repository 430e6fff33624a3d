package io.vfiouser.nvme.cli.identify;

import static io.vfiouser.nvme.cli.identify.Format.decimal;
import static io.vfiouser.nvme.cli.identify.Format.hex;

import io.vfiouser.nvme.spec.IdentifyController;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The fields of Identify Controller that {@code nvme id-ctrl} shows. Base 2.1, section 5.1.13.2.1. */
final class ControllerFields {

    private static final int LABEL_WIDTH = 10;

    private static final int OCFS = 534;
    private static final int MCUDMQ = 578;
    private static final int MNSUDMQ = 580;
    private static final int MCMR = 582;
    private static final int NMCMR = 584;
    private static final int MCDQPC = 586;
    private static final int IOCCSZ = 1792;
    private static final int IORCSZ = 1796;
    private static final int ICDOFF = 1800;
    private static final int FCATT = 1802;
    private static final int MSDBD = 1803;
    private static final int OFCS = 1804;

    private static final FieldTable TABLE = FieldTable.of(
            LABEL_WIDTH,
            Field.of("vid", IdentifyController.VID, hex(2)),
            Field.of("ssvid", IdentifyController.SSVID, hex(2)),
            Field.of("sn", IdentifyController.SN, Format.text(IdentifyController.SN_LENGTH)),
            Field.of("mn", IdentifyController.MN, Format.text(IdentifyController.MN_LENGTH)),
            Field.of("fr", IdentifyController.FR, Format.text(IdentifyController.FR_LENGTH)),
            Field.of("rab", IdentifyController.RAB, decimal(1)),
            Field.of("ieee", IdentifyController.IEEE, Format.oui()),
            Field.of("cmic", IdentifyController.CMIC, hex(1)).explained(ControllerBits.CMIC),
            Field.of("mdts", IdentifyController.MDTS, decimal(1)),
            Field.of("cntlid", IdentifyController.CNTLID, hex(2)),
            Field.of("ver", IdentifyController.VER, hex(4)),
            Field.of("rtd3r", IdentifyController.RTD3R, hex(4)),
            Field.of("rtd3e", IdentifyController.RTD3E, hex(4)),
            Field.of("oaes", IdentifyController.OAES, hex(4)).explained(ControllerBits.OAES),
            Field.of("ctratt", IdentifyController.CTRATT, hex(4)).explained(ControllerBits.CTRATT),
            Field.of("rrls", IdentifyController.RRLS, hex(2)),
            Field.of("bpcap", IdentifyController.BPCAP, hex(1)).explained(ControllerBits.BPCAP),
            Field.of("nssl", IdentifyController.NSSL, hex(4)),
            Field.of("plsi", IdentifyController.PLSI, decimal(1)).explained(ControllerBits.PLSI),
            Field.of("cntrltype", IdentifyController.CNTRLTYPE, decimal(1)).explained(ControllerBits.CNTRLTYPE),
            Field.of("fguid", IdentifyController.FGUID, Format.uuid()),
            Field.of("crdt1", IdentifyController.CRDT1, decimal(2)),
            Field.of("crdt2", IdentifyController.CRDT2, decimal(2)),
            Field.of("crdt3", IdentifyController.CRDT3, decimal(2)),
            Field.of("crcap", IdentifyController.CRCAP, decimal(1)).explained(ControllerBits.CRCAP),
            Field.of("nvmsr", IdentifyController.NVMSR, decimal(1)).explained(ControllerBits.NVMSR),
            Field.of("vwci", IdentifyController.VWCI, decimal(1)).explained(ControllerBits.VWCI),
            Field.of("mec", IdentifyController.MEC, decimal(1)).explained(ControllerBits.MEC),
            Field.of("oacs", IdentifyController.OACS, hex(2)).explained(AdminCapabilityBits.OACS),
            Field.of("acl", IdentifyController.ACL, decimal(1)),
            Field.of("aerl", IdentifyController.AERL, decimal(1)),
            Field.of("frmw", IdentifyController.FRMW, hex(1)).explained(AdminCapabilityBits.FRMW),
            Field.of("lpa", IdentifyController.LPA, hex(1)).explained(AdminCapabilityBits.LPA),
            Field.of("elpe", IdentifyController.ELPE, decimal(1)).explained(zeroBased("Error Log Page Entries (ELPE)")),
            Field.of("npss", IdentifyController.NPSS, decimal(1))
                    .explained(zeroBased("Number of Power States Support (NPSS)")),
            Field.of("avscc", IdentifyController.AVSCC, hex(1)).explained(AdminCapabilityBits.AVSCC),
            Field.of("apsta", IdentifyController.APSTA, hex(1)).explained(AdminCapabilityBits.APSTA),
            Field.of("wctemp", IdentifyController.WCTEMP, decimal(2))
                    .explained(temperature("Warning Composite Temperature Threshold (WCTEMP)")),
            Field.of("cctemp", IdentifyController.CCTEMP, decimal(2))
                    .explained(temperature("Critical Composite Temperature Threshold (CCTEMP)")),
            Field.of("mtfa", IdentifyController.MTFA, decimal(2)),
            Field.of("hmpre", IdentifyController.HMPRE, decimal(4)),
            Field.of("hmmin", IdentifyController.HMMIN, decimal(4)),
            Field.of("tnvmcap", IdentifyController.TNVMCAP, decimal(16))
                    .explained(capacity("Total NVM Capacity (TNVMCAP)")),
            Field.of("unvmcap", IdentifyController.UNVMCAP, decimal(16))
                    .explained(capacity("Unallocated NVM Capacity (UNVMCAP)")),
            Field.of("rpmbs", IdentifyController.RPMBS, hex(4)).explained(AdminCapabilityBits.RPMBS),
            Field.of("edstt", IdentifyController.EDSTT, decimal(2)),
            Field.of("dsto", IdentifyController.DSTO, decimal(1)).explained(AdminCapabilityBits.DSTO),
            Field.of("fwug", IdentifyController.FWUG, decimal(1)),
            Field.of("kas", IdentifyController.KAS, decimal(2)),
            Field.of("hctma", IdentifyController.HCTMA, hex(2)).explained(AdminCapabilityBits.HCTMA),
            Field.of("mntmt", IdentifyController.MNTMT, decimal(2))
                    .explained(temperature("Minimum Thermal Management Temperature (MNTMT)")),
            Field.of("mxtmt", IdentifyController.MXTMT, decimal(2))
                    .explained(temperature("Maximum Thermal Management Temperature (MXTMT)")),
            Field.of("sanicap", IdentifyController.SANICAP, hex(4)).explained(AdminCapabilityBits.SANICAP),
            Field.of("hmminds", IdentifyController.HMMINDS, decimal(4)),
            Field.of("hmmaxd", IdentifyController.HMMAXD, decimal(2)),
            Field.of("nsetidmax", IdentifyController.NSETIDMAX, decimal(2)),
            Field.of("endgidmax", IdentifyController.ENDGIDMAX, decimal(2)),
            Field.of("anatt", IdentifyController.ANATT, decimal(1)),
            Field.of("anacap", IdentifyController.ANACAP, decimal(1)).explained(AdminCapabilityBits.ANACAP),
            Field.of("anagrpmax", IdentifyController.ANAGRPMAX, decimal(4)),
            Field.of("nanagrpid", IdentifyController.NANAGRPID, decimal(4)),
            Field.of("pels", IdentifyController.PELS, decimal(4)),
            Field.of("domainid", IdentifyController.DOMAINID, decimal(2)),
            Field.of("kpioc", IdentifyController.KPIOC, decimal(1)).explained(AdminCapabilityBits.KPIOC),
            Field.of("mptfawr", IdentifyController.MPTFAWR, decimal(2)),
            Field.of("megcap", IdentifyController.MEGCAP, decimal(16)),
            Field.of("tmpthha", IdentifyController.TMPTHHA, hex(1)).explained(AdminCapabilityBits.TMPTHHA),
            Field.of("cqt", IdentifyController.CQT, decimal(2)),
            Field.of("sqes", IdentifyController.SQES, hex(1)).explained(IoCapabilityBits.SQES),
            Field.of("cqes", IdentifyController.CQES, hex(1)).explained(IoCapabilityBits.CQES),
            Field.of("maxcmd", IdentifyController.MAXCMD, decimal(2)),
            Field.of("nn", IdentifyController.NN, decimal(4)),
            Field.of("oncs", IdentifyController.ONCS, hex(2)).explained(IoCapabilityBits.ONCS),
            Field.of("fuses", IdentifyController.FUSES, hex(2)).explained(IoCapabilityBits.FUSES),
            Field.of("fna", IdentifyController.FNA, hex(1)).explained(IoCapabilityBits.FNA),
            Field.of("vwc", IdentifyController.VWC, hex(1)).explained(IoCapabilityBits.VWC),
            Field.of("awun", IdentifyController.AWUN, decimal(2)),
            Field.of("awupf", IdentifyController.AWUPF, decimal(2)),
            Field.of("icsvscc", IdentifyController.ICSVSCC, decimal(1)).explained(IoCapabilityBits.ICSVSCC),
            Field.of("nwpc", IdentifyController.NWPC, decimal(1)).explained(IoCapabilityBits.NWPC),
            Field.of("acwu", IdentifyController.ACWU, decimal(2)),
            Field.of("ocfs", OCFS, hex(2)).explained(IoCapabilityBits.OCFS),
            Field.of("sgls", IdentifyController.SGLS, hex(4)).explained(IoCapabilityBits::sgls),
            Field.of("mnan", IdentifyController.MNAN, decimal(4)),
            Field.of("maxdna", IdentifyController.MAXDNA, decimal(16)),
            Field.of("maxcna", IdentifyController.MAXCNA, decimal(4)),
            Field.of("oaqd", IdentifyController.OAQD, decimal(4)),
            Field.of("rhiri", IdentifyController.RHIRI, decimal(1)),
            Field.of("hirt", IdentifyController.HIRT, decimal(1)),
            Field.of("cmmrtd", IdentifyController.CMMRTD, decimal(2)),
            Field.of("nmmrtd", IdentifyController.NMMRTD, decimal(2)),
            Field.of("minmrtg", IdentifyController.MINMRTG, decimal(1)),
            Field.of("maxmrtg", IdentifyController.MAXMRTG, decimal(1)),
            Field.of("trattr", IdentifyController.TRATTR, decimal(1)).explained(IoCapabilityBits.TRATTR),
            Field.of("mcudmq", MCUDMQ, decimal(2)),
            Field.of("mnsudmq", MNSUDMQ, decimal(2)),
            Field.of("mcmr", MCMR, decimal(2)),
            Field.of("nmcmr", NMCMR, decimal(2)),
            Field.of("mcdqpc", MCDQPC, decimal(2)),
            Field.of("subnqn", IdentifyController.SUBNQN, Format.text(IdentifyController.SUBNQN_LENGTH)),
            Field.of("ioccsz", IOCCSZ, decimal(4)),
            Field.of("iorcsz", IORCSZ, decimal(4)),
            Field.of("icdoff", ICDOFF, decimal(2)),
            Field.of("fcatt", FCATT, hex(1)).explained(IoCapabilityBits.FCATT),
            Field.of("msdbd", MSDBD, decimal(1)),
            Field.of("ofcs", OFCS, decimal(2)).explained(IoCapabilityBits.OFCS));

    private ControllerFields() {}

    /** What {@code id-ctrl} shows of the structure, power states included. */
    static List<Entry> of(MemorySegment structure) {
        List<Entry> entries = new ArrayList<>(TABLE.read(structure));
        entries.add(PowerStates.of(structure));
        return entries;
    }

    private static Function<BigInteger, List<String>> zeroBased(String name) {
        return value -> List.of("  [7:0] : " + value + " (0's based)\t" + name);
    }

    private static Function<BigInteger, List<String>> temperature(String name) {
        return value -> List.of("  [15:0] : " + Quantities.temperature(value) + "\t" + name);
    }

    private static Function<BigInteger, List<String>> capacity(String name) {
        return value -> List.of("  [127:0] : " + value, "\t" + name);
    }
}
