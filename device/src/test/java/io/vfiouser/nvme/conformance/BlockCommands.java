package io.vfiouser.nvme.conformance;

import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;

/** What all commands that name a namespace and a range of its blocks have to refuse. NVM Command Set 1.1, section 3.3. */
final class BlockCommands {
    /** Makes a valid command for any range, but that the range may be what a test wants. */
    @FunctionalInterface
    interface OnRange {
        NvmeCommand of(TestedNamespace namespace, long lba, int blocks);
    }

    private BlockCommands() {}

    /** Namespaces that are not valid. */
    static void checkNamespaces(Conformance c, OnRange command) {
        for (int nsid : new int[] {0, c.namespaceBeyond(), 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE}) {
            c.io(command.of(TestedNamespace.RAM, 0, 1).namespaceId(nsid))
                    .refused(StatusCode.INVALID_NAMESPACE_OR_FORMAT)
                    .at(SubmissionEntry.NSID);
        }
    }

    /** Ranges that end beyond the namespace, and those that end with it. */
    static void checkRanges(Conformance c, OnRange command) {
        checkRanges(c, command, TestedNamespace.values());
    }

    /** As above, for a command that not every namespace can do. */
    static void checkRanges(Conformance c, OnRange command, TestedNamespace... namespaces) {
        for (TestedNamespace namespace : namespaces) {
            long size = namespace.blocks();
            for (long beyond : new long[] {size, size + 1, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
                refused(c, command.of(namespace, beyond, 1));
            }
            refused(c, command.of(namespace, size - 1, 2));
            refused(c, command.of(namespace, size - 7, 8));
            refused(c, command.of(namespace, -1, 2));
            refused(c, command.of(namespace, -8, 8));
            refused(c, command.of(namespace, -8, 9));
            refused(c, command.of(namespace, Long.MAX_VALUE - 3, 8));
            c.io(command.of(namespace, size - 1, 1)).succeeds();
            c.io(command.of(namespace, size - 8, 8)).succeeds();
            c.io(command.of(namespace, 0, 8)).succeeds();
        }
    }

    private static void refused(Conformance c, NvmeCommand command) {
        c.io(command).refused(StatusCode.LBA_OUT_OF_RANGE).at(SubmissionEntry.CDW10);
    }
}
