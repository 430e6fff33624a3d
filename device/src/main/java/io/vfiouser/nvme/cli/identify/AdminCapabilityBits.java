package io.vfiouser.nvme.cli.identify;

import static io.vfiouser.nvme.cli.identify.BitRange.choice;
import static io.vfiouser.nvme.cli.identify.BitRange.flag;
import static io.vfiouser.nvme.cli.identify.BitRange.number;
import static io.vfiouser.nvme.cli.identify.BitRange.supported;

/** Bits of Identify Controller's Admin Command Set Attributes, bytes 256 to 511. Base 2.1, section 5.1.13.2.1. */
final class AdminCapabilityBits {

    static final Bits OACS = Bits.of(
            16,
            supported(11, "Host Managed Live Migration"),
            supported(10, "Lockdown Command and Feature"),
            supported(9, "Get LBA Status Capability"),
            supported(8, "Doorbell Buffer Config"),
            supported(7, "Virtualization Management"),
            supported(6, "NVMe-MI Send and Receive"),
            supported(5, "Directives"),
            supported(4, "Device Self-test"),
            supported(3, "NS Management and Attachment"),
            supported(2, "FW Commit and Download"),
            supported(1, "Format NVM"),
            supported(0, "Security Send and Receive"));

    static final Bits FRMW = Bits.of(
            8,
            supported(5, "Multiple FW or Boot Update Detection"),
            supported(4, "Firmware Activate Without Reset"),
            number(3, 1, "Number of Firmware Slots"),
            flag(0, "Firmware Slot 1 Read/Write", "Firmware Slot 1 Read-Only"));

    static final Bits LPA = Bits.of(
            8,
            supported(6, "Telemetry Log Data Area 4"),
            supported(5, "LID 0x0, Scope of each command in LID 0x5, 0x12, 0x13"),
            supported(4, "Persistent Event log"),
            supported(3, "Telemetry host/controller initiated log page"),
            supported(2, "Extended data for Get Log Page"),
            supported(1, "Command Effects Log Page"),
            supported(0, "SMART/Health Log Page per NS"));

    static final Bits AVSCC = Bits.of(
            8,
            flag(
                    0,
                    "Admin Vendor Specific Commands uses Vendor Specific Format",
                    "Admin Vendor Specific Commands uses NVMe Format"));

    static final Bits APSTA = Bits.of(8, supported(0, "Autonomous Power State Transitions"));

    static final Bits RPMBS = Bits.of(
            32,
            number(31, 24, "Access Size"),
            number(23, 16, "Total Size"),
            number(5, 3, "Authentication Method"),
            number(2, 0, "Number of RPMB Units"));

    static final Bits DSTO = Bits.of(
            8,
            supported(1, "Host-Initiated Refresh capability"),
            flag(
                    0,
                    "NVM subsystem supports one device self-test operation per controller at a time",
                    "NVM subsystem supports only one device self-test operation in progress at a time"));

    static final Bits HCTMA = Bits.of(16, supported(0, "Host Controlled Thermal Management"));

    static final Bits SANICAP = Bits.of(
            32,
            choice(
                    31,
                    30,
                    "Additional media modification after sanitize operation completes successfully is not defined",
                    "Media is not additionally modified after sanitize operation completes successfully",
                    "Media is additionally modified after sanitize operation completes successfully"),
            flag(
                    29,
                    "No-Deallocate After Sanitize bit in Sanitize command Supported",
                    "No-Deallocate After Sanitize bit in Sanitize command Not Supported"),
            supported(3, "Media Verification and Post-Verification Deallocation state"),
            supported(2, "Overwrite Sanitize Operation"),
            supported(1, "Block Erase Sanitize Operation"),
            supported(0, "Crypto Erase Sanitize Operation"));

    static final Bits ANACAP = Bits.of(
            8,
            supported(7, "Non-zero group ID"),
            flag(6, "Group ID does change", "Group ID does not change"),
            supported(4, "ANA Change state"),
            supported(3, "ANA Persistent Loss state"),
            supported(2, "ANA Inaccessible state"),
            supported(1, "ANA Non-optimized state"),
            supported(0, "ANA Optimized state"));

    static final Bits KPIOC = Bits.of(
            8,
            flag(
                    1,
                    "Key Per I/O capability Not apply to all namespaces",
                    "Key Per I/O capability applies to all namespaces"),
            supported(0, "Key Per I/O capability"));

    static final Bits TMPTHHA = Bits.of(8, number(2, 0, "Temperature Threshold Maximum Hysteresis"));

    private AdminCapabilityBits() {}
}
