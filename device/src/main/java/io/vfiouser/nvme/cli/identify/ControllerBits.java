package io.vfiouser.nvme.cli.identify;

import static io.vfiouser.nvme.cli.identify.BitRange.choice;
import static io.vfiouser.nvme.cli.identify.BitRange.flag;
import static io.vfiouser.nvme.cli.identify.BitRange.number;
import static io.vfiouser.nvme.cli.identify.BitRange.supported;

/** Bits of Identify Controller's first fields: what the controller and its subsystem are. Base 2.1, section 5.1.13.2.1. */
final class ControllerBits {

    static final Bits CMIC = Bits.of(
            8,
            flag(3, "ANA not supported", "ANA supported"),
            flag(2, "PCI", "SR-IOV"),
            flag(1, "Single Controller", "Multi Controller"),
            flag(0, "Single Port", "Multi Port"));

    static final Bits OAES = Bits.of(
            32,
            supported(31, "Discovery Log Change Notice"),
            supported(27, "Zone Descriptor Changed Notices"),
            supported(19, "Allocated Namespace Attribute Notices"),
            supported(17, "Reachability Groups Change Notices"),
            supported(16, "Temperature Threshold Hysteresis Recovery"),
            supported(15, "Normal NSS Shutdown Event"),
            supported(14, "Endurance Group Event Aggregate Log Page Change Notice"),
            supported(13, "LBA Status Information Notices"),
            supported(12, "Predictable Latency Event Aggregate Log Change Notices"),
            supported(11, "Asymmetric Namespace Access Change Notices"),
            supported(9, "Firmware Activation Notices"),
            supported(8, "Namespace Attribute Changed Event"));

    static final Bits CTRATT = Bits.of(
            32,
            supported(19, "Flexible Data Placement"),
            supported(18, "Reservations and Host Identifier Interaction"),
            supported(17, "HMB Restrict Non-Operational Power State Access"),
            supported(16, "MDTS and Size Limits Exclude Metadata"),
            supported(15, "Extended LBA Formats"),
            supported(14, "Delete NVM Set"),
            supported(13, "Delete Endurance Group"),
            supported(12, "Variable Capacity Management"),
            supported(11, "Fixed Capacity Management"),
            supported(10, "Multi Domain Subsystem"),
            supported(9, "UUID List"),
            supported(8, "SQ Associations"),
            supported(7, "Namespace Granularity"),
            supported(6, "Traffic Based Keep Alive"),
            supported(5, "Predictable Latency Mode"),
            supported(4, "Endurance Groups"),
            supported(3, "Read Recovery Levels"),
            supported(2, "NVM Sets"),
            supported(1, "Non-Operational Power State Permissive"),
            supported(0, "128-bit Host Identifier"));

    static final Bits BPCAP = Bits.of(
            8,
            supported(2, "Set Features Boot Partition Write Protection"),
            choice(
                    1,
                    0,
                    "RPMB Boot Partition Write Protection Support Not Specified",
                    "RPMB Boot Partition Write Protection Not Supported",
                    "RPMB Boot Partition Write Protection Supported"));

    static final Bits PLSI = Bits.of(
            8,
            supported(1, "Power Loss Signaling with Forced Quiescence"),
            supported(0, "Power Loss Signaling with Emergency Power Fail"));

    static final Bits CNTRLTYPE = Bits.of(
            8,
            number(7, 2, BitRange.RESERVED),
            choice(
                    1,
                    0,
                    "Controller type not reported",
                    "I/O Controller",
                    "Discovery Controller",
                    "Administrative Controller"));

    static final Bits CRCAP = Bits.of(
            8,
            flag(
                    1,
                    "RGRPID may change while the namespace is attached to any controller.",
                    "RGRPID does not change while the namespace is attached to any controller."),
            supported(0, "Reachability Reporting"));

    static final Bits NVMSR = Bits.of(
            8,
            flag(1, "NVM subsystem Not part of an Enclosure", "NVM subsystem part of an Enclosure"),
            flag(0, "NVM subsystem Not part of a Storage Device", "NVM subsystem part of a Storage Device"));

    static final Bits VWCI = Bits.of(
            8,
            flag(7, "VPD Write Cycles Remaining field is Not valid.", "VPD Write Cycles Remaining field is valid."),
            number(6, 0, "VPD Write Cycles Remaining"));

    static final Bits MEC = Bits.of(8, endpoint(1, "a PCIe port"), endpoint(0, "an SMBus/I2C port"));

    private ControllerBits() {}

    private static BitRange endpoint(int bit, String port) {
        String name = "contains a Management Endpoint on " + port;
        return flag(bit, "NVM subsystem Not " + name, "NVM subsystem " + name);
    }
}
