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

    private static final int RRLS = 100;
    private static final int BPCAP = 102;
    private static final int NSSL = 104;
    private static final int PLSI = 110;
    private static final int CRDT1 = 128;
    private static final int CRDT2 = 130;
    private static final int CRDT3 = 132;
    private static final int CRCAP = 134;
    private static final int NVMSR = 253;
    private static final int VWCI = 254;
    private static final int MEC = 255;
    private static final int AVSCC = 264;
    private static final int APSTA = 265;
    private static final int MTFA = 270;
    private static final int HMPRE = 272;
    private static final int HMMIN = 276;
    private static final int RPMBS = 312;
    private static final int EDSTT = 316;
    private static final int DSTO = 318;
    private static final int FWUG = 319;
    private static final int HCTMA = 322;
    private static final int MNTMT = 324;
    private static final int MXTMT = 326;
    private static final int SANICAP = 328;
    private static final int HMMINDS = 332;
    private static final int HMMAXD = 336;
    private static final int NSETIDMAX = 338;
    private static final int ENDGIDMAX = 340;
    private static final int ANATT = 342;
    private static final int ANACAP = 343;
    private static final int ANAGRPMAX = 344;
    private static final int NANAGRPID = 348;
    private static final int PELS = 352;
    private static final int DOMAINID = 356;
    private static final int KPIOC = 358;
    private static final int MPTFAWR = 360;
    private static final int MEGCAP = 368;
    private static final int TMPTHHA = 384;
    private static final int CQT = 386;
    private static final int ICSVSCC = 530;
    private static final int NWPC = 531;
    private static final int OCFS = 534;
    private static final int MAXDNA = 544;
    private static final int MAXCNA = 560;
    private static final int OAQD = 564;
    private static final int RHIRI = 568;
    private static final int HIRT = 569;
    private static final int CMMRTD = 570;
    private static final int NMMRTD = 572;
    private static final int MINMRTG = 574;
    private static final int MAXMRTG = 575;
    private static final int TRATTR = 576;
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
            Field.of("rrls", RRLS, hex(2)),
            Field.of("bpcap", BPCAP, hex(1)).explained(ControllerBits.BPCAP),
            Field.of("nssl", NSSL, hex(4)),
            Field.of("plsi", PLSI, decimal(1)).explained(ControllerBits.PLSI),
            Field.of("cntrltype", IdentifyController.CNTRLTYPE, decimal(1)).explained(ControllerBits.CNTRLTYPE),
            Field.of("fguid", IdentifyController.FGUID, Format.uuid()),
            Field.of("crdt1", CRDT1, decimal(2)),
            Field.of("crdt2", CRDT2, decimal(2)),
            Field.of("crdt3", CRDT3, decimal(2)),
            Field.of("crcap", CRCAP, decimal(1)).explained(ControllerBits.CRCAP),
            Field.of("nvmsr", NVMSR, decimal(1)).explained(ControllerBits.NVMSR),
            Field.of("vwci", VWCI, decimal(1)).explained(ControllerBits.VWCI),
            Field.of("mec", MEC, decimal(1)).explained(ControllerBits.MEC),
            Field.of("oacs", IdentifyController.OACS, hex(2)).explained(AdminCapabilityBits.OACS),
            Field.of("acl", IdentifyController.ACL, decimal(1)),
            Field.of("aerl", IdentifyController.AERL, decimal(1)),
            Field.of("frmw", IdentifyController.FRMW, hex(1)).explained(AdminCapabilityBits.FRMW),
            Field.of("lpa", IdentifyController.LPA, hex(1)).explained(AdminCapabilityBits.LPA),
            Field.of("elpe", IdentifyController.ELPE, decimal(1)).explained(zeroBased("Error Log Page Entries (ELPE)")),
            Field.of("npss", IdentifyController.NPSS, decimal(1))
                    .explained(zeroBased("Number of Power States Support (NPSS)")),
            Field.of("avscc", AVSCC, hex(1)).explained(AdminCapabilityBits.AVSCC),
            Field.of("apsta", APSTA, hex(1)).explained(AdminCapabilityBits.APSTA),
            Field.of("wctemp", IdentifyController.WCTEMP, decimal(2))
                    .explained(temperature("Warning Composite Temperature Threshold (WCTEMP)")),
            Field.of("cctemp", IdentifyController.CCTEMP, decimal(2))
                    .explained(temperature("Critical Composite Temperature Threshold (CCTEMP)")),
            Field.of("mtfa", MTFA, decimal(2)),
            Field.of("hmpre", HMPRE, decimal(4)),
            Field.of("hmmin", HMMIN, decimal(4)),
            Field.of("tnvmcap", IdentifyController.TNVMCAP, decimal(16))
                    .explained(capacity("Total NVM Capacity (TNVMCAP)")),
            Field.of("unvmcap", IdentifyController.UNVMCAP, decimal(16))
                    .explained(capacity("Unallocated NVM Capacity (UNVMCAP)")),
            Field.of("rpmbs", RPMBS, hex(4)).explained(AdminCapabilityBits.RPMBS),
            Field.of("edstt", EDSTT, decimal(2)),
            Field.of("dsto", DSTO, decimal(1)).explained(AdminCapabilityBits.DSTO),
            Field.of("fwug", FWUG, decimal(1)),
            Field.of("kas", IdentifyController.KAS, decimal(2)),
            Field.of("hctma", HCTMA, hex(2)).explained(AdminCapabilityBits.HCTMA),
            Field.of("mntmt", MNTMT, decimal(2))
                    .explained(temperature("Minimum Thermal Management Temperature (MNTMT)")),
            Field.of("mxtmt", MXTMT, decimal(2))
                    .explained(temperature("Maximum Thermal Management Temperature (MXTMT)")),
            Field.of("sanicap", SANICAP, hex(4)).explained(AdminCapabilityBits.SANICAP),
            Field.of("hmminds", HMMINDS, decimal(4)),
            Field.of("hmmaxd", HMMAXD, decimal(2)),
            Field.of("nsetidmax", NSETIDMAX, decimal(2)),
            Field.of("endgidmax", ENDGIDMAX, decimal(2)),
            Field.of("anatt", ANATT, decimal(1)),
            Field.of("anacap", ANACAP, decimal(1)).explained(AdminCapabilityBits.ANACAP),
            Field.of("anagrpmax", ANAGRPMAX, decimal(4)),
            Field.of("nanagrpid", NANAGRPID, decimal(4)),
            Field.of("pels", PELS, decimal(4)),
            Field.of("domainid", DOMAINID, decimal(2)),
            Field.of("kpioc", KPIOC, decimal(1)).explained(AdminCapabilityBits.KPIOC),
            Field.of("mptfawr", MPTFAWR, decimal(2)),
            Field.of("megcap", MEGCAP, decimal(16)),
            Field.of("tmpthha", TMPTHHA, hex(1)).explained(AdminCapabilityBits.TMPTHHA),
            Field.of("cqt", CQT, decimal(2)),
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
            Field.of("icsvscc", ICSVSCC, decimal(1)).explained(IoCapabilityBits.ICSVSCC),
            Field.of("nwpc", NWPC, decimal(1)).explained(IoCapabilityBits.NWPC),
            Field.of("acwu", IdentifyController.ACWU, decimal(2)),
            Field.of("ocfs", OCFS, hex(2)).explained(IoCapabilityBits.OCFS),
            Field.of("sgls", IdentifyController.SGLS, hex(4)).explained(IoCapabilityBits::sgls),
            Field.of("mnan", IdentifyController.MNAN, decimal(4)),
            Field.of("maxdna", MAXDNA, decimal(16)),
            Field.of("maxcna", MAXCNA, decimal(4)),
            Field.of("oaqd", OAQD, decimal(4)),
            Field.of("rhiri", RHIRI, decimal(1)),
            Field.of("hirt", HIRT, decimal(1)),
            Field.of("cmmrtd", CMMRTD, decimal(2)),
            Field.of("nmmrtd", NMMRTD, decimal(2)),
            Field.of("minmrtg", MINMRTG, decimal(1)),
            Field.of("maxmrtg", MAXMRTG, decimal(1)),
            Field.of("trattr", TRATTR, decimal(1)).explained(IoCapabilityBits.TRATTR),
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
