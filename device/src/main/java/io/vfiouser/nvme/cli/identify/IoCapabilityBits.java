package io.vfiouser.nvme.cli.identify;

import static io.vfiouser.nvme.cli.identify.BitRange.choice;
import static io.vfiouser.nvme.cli.identify.BitRange.flag;
import static io.vfiouser.nvme.cli.identify.BitRange.number;
import static io.vfiouser.nvme.cli.identify.BitRange.supported;

import java.math.BigInteger;
import java.util.List;

/** Bits of Identify Controller's NVM Command Set Attributes and what follows, from byte 512. Base 2.1, section 5.1.13.2.1. */
final class IoCapabilityBits {

    static final Bits SQES = Bits.of(8, entrySize(7, 4, "Max SQ"), entrySize(3, 0, "Min SQ"));

    static final Bits CQES = Bits.of(8, entrySize(7, 4, "Max CQ"), entrySize(3, 0, "Min CQ"));

    static final Bits ONCS = Bits.of(
            16,
            supported(12, "Namespace Zeroes"),
            supported(11, "Maximum Write Zeroes with Deallocate"),
            supported(10, "All Fast Copy"),
            supported(9, "Copy Single Atomicity"),
            supported(8, "Copy"),
            supported(7, "Verify"),
            supported(6, "Timestamp"),
            supported(5, "Reservations"),
            supported(4, "Save and Select"),
            supported(3, "Write Zeroes"),
            supported(2, "Data Set Management"),
            supported(1, "Write Uncorrectable"),
            supported(0, "Compare"));

    static final Bits FUSES = Bits.of(16, supported(0, "Fused Compare and Write"));

    static final Bits FNA = Bits.of(
            8,
            flag(
                    3,
                    "Format NVM Broadcast NSID (FFFFFFFFh) Supported",
                    "Format NVM Broadcast NSID (FFFFFFFFh) Not Supported"),
            flag(
                    2,
                    "Crypto Erase Not Supported as part of Secure Erase",
                    "Crypto Erase Supported as part of Secure Erase"),
            flag(1, "Crypto Erase Applies to Single Namespace(s)", "Crypto Erase Applies to All Namespace(s)"),
            flag(0, "Format Applies to Single Namespace(s)", "Format Applies to All Namespace(s)"));

    static final Bits VWC = Bits.of(
            8,
            choice(
                    2,
                    1,
                    "Support for the NSID field set to FFFFFFFFh is not indicated",
                    BitRange.RESERVED,
                    "The Flush command does not support NSID set to FFFFFFFFh",
                    "The Flush command supports NSID set to FFFFFFFFh"),
            flag(0, "Volatile Write Cache Not Present", "Volatile Write Cache Present"));

    static final Bits ICSVSCC = Bits.of(
            8,
            flag(
                    0,
                    "NVM Vendor Specific Commands uses Vendor Specific Format",
                    "NVM Vendor Specific Commands uses NVMe Format"));

    static final Bits NWPC = Bits.of(
            8,
            supported(2, "Permanent Write Protect"),
            supported(1, "Write Protect Until Power Supply"),
            supported(0, "No Write Protect and Write Protect Namespace"));

    static final Bits OCFS = Bits.of(
            16,
            supported(3, "Controller Copy Format 3h"),
            supported(2, "Controller Copy Format 2h"),
            supported(1, "Controller Copy Format 1h"),
            supported(0, "Controller Copy Format 0h"));

    static final Bits TRATTR = Bits.of(
            8,
            number(2, 2, "Memory Range Tracking Length Limit"),
            supported(1, "Tracking User Data Changes"),
            supported(0, "Track Host Memory Changes"));

    static final Bits FCATT = Bits.of(8, flag(0, "Dynamic Controller Model", "Static Controller Model"));

    static final Bits OFCS = Bits.of(16, supported(0, "Disconnect command"));

    private static final BitRange SGL_SUPPORT = choice(
            1,
            0,
            "Scatter-Gather Lists Not Supported",
            "Scatter-Gather Lists Supported. No Dword alignment required.",
            "Scatter-Gather Lists Supported. Dword alignment required.");

    private static final Bits SGLS = Bits.of(
            32,
            supported(21, "Transport SGL Data Block Descriptor"),
            supported(20, "Address Offsets"),
            supported(19, "Metadata Pointer Containing SGL Descriptor is"),
            supported(18, "SGL Length Larger than Buffer"),
            supported(17, "Byte-Aligned Contig. MD Buffer"),
            supported(16, "SGL Bit-Bucket"),
            number(15, 8, "SGL Descriptor Threshold"),
            supported(2, "Keyed SGL Data Block descriptor"),
            SGL_SUPPORT);

    private static final Bits SGLS_UNSUPPORTED = SGLS.withoutClearFlags();

    private IoCapabilityBits() {}

    /** Without SGLs, what they could do is no news. */
    static List<String> sgls(BigInteger value) {
        return (SGL_SUPPORT.of(value) == 0 ? SGLS_UNSUPPORTED : SGLS).apply(value);
    }

    private static BitRange entrySize(int high, int low, String queue) {
        return new BitRange(high, low, false, shift -> queue + " Entry Size (" + (1L << shift) + ")");
    }
}
