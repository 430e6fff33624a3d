package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.block.BlockIdentity;
import io.vfiouser.nvme.block.DeallocatedReads;
import java.util.List;
import java.util.UUID;

/** Namespaces, without their content. */
final class NamespaceCodec {
    private static final int MOST_NAMESPACES = 1024;
    private static final int NAMESPACE_BYTES = 66;
    private static final int ZEROES = 0;
    private static final int ZEROES_OR_OLD_CONTENT = 1;

    private NamespaceCodec() {}

    static void write(FieldWriter out, List<NamespaceState> namespaces) {
        out.list(namespaces, MOST_NAMESPACES, namespace -> {
            out.u32(namespace.id());
            writeIdentity(out, namespace.identity());
            out.u64(namespace.blockCount());
            out.u32(namespace.blockBytes());
            out.flag(namespace.shared());
            out.flag(namespace.fromPool());
            out.flag(namespace.attached());
            out.flag(namespace.readOnly());
            out.flag(namespace.volatileCache());
            out.u8(
                    switch (namespace.deallocatedReads()) {
                        case ZEROES -> ZEROES;
                        case ZEROES_OR_OLD_CONTENT -> ZEROES_OR_OLD_CONTENT;
                    });
            out.u32(namespace.atomicBlocks());
        });
    }

    static List<NamespaceState> read(FieldReader in) {
        return in.list(
                MOST_NAMESPACES,
                NAMESPACE_BYTES,
                n -> new NamespaceState(
                        n.u32(),
                        readIdentity(n),
                        n.u64(),
                        n.u32(),
                        n.flag(),
                        n.flag(),
                        n.flag(),
                        n.flag(),
                        n.flag(),
                        readDeallocatedReads(n),
                        n.u32()));
    }

    private static void writeIdentity(FieldWriter out, BlockIdentity identity) {
        out.u64(identity.eui64());
        out.u64(identity.nguidHigh());
        out.u64(identity.nguidLow());
        out.u64(identity.uuid().getMostSignificantBits());
        out.u64(identity.uuid().getLeastSignificantBits());
    }

    private static BlockIdentity readIdentity(FieldReader in) {
        long eui64 = in.u64();
        long nguidHigh = in.u64();
        long nguidLow = in.u64();
        UUID uuid = new UUID(in.u64(), in.u64());
        return in.valid(() -> new BlockIdentity(eui64, nguidHigh, nguidLow, uuid));
    }

    private static DeallocatedReads readDeallocatedReads(FieldReader in) {
        int code = in.u8();
        in.require(code == ZEROES || code == ZEROES_OR_OLD_CONTENT, "%d is no way to read deallocated blocks", code);
        return code == ZEROES ? DeallocatedReads.ZEROES : DeallocatedReads.ZEROES_OR_OLD_CONTENT;
    }
}
