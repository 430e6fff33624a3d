package io.vfiouser.nvme.cli;

import io.vfiouser.nvme.migration.ControllerState;
import io.vfiouser.nvme.migration.Frame;
import io.vfiouser.nvme.migration.FrameSink;
import io.vfiouser.nvme.migration.NamespaceState;
import io.vfiouser.nvme.migration.StateRefusedException;
import io.vfiouser.nvme.migration.StateTree;
import io.vfiouser.nvme.migration.StorageMode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a migration stream consists of, with the content of blocks counted only. Refuses frames that do not fit those before. */
final class StreamSummary implements FrameSink {

    private static final class Content {
        final int blockBytes;
        final long blockCount;
        long extents;
        long bytes;
        long zeroExtents;
        long zeroBlocks;

        Content(Frame.Namespace namespace) {
            blockBytes = namespace.blockBytes();
            blockCount = namespace.blockCount();
        }
    }

    private final Map<Integer, Content> namespaces = new TreeMap<>(Integer::compareUnsigned);
    private Frame.Header header = new Frame.Header(StorageMode.COPY, "");
    private int passes;
    private Optional<ControllerState> state = Optional.empty();

    @Override
    public void take(Frame frame) {
        switch (frame) {
            case Frame.Header h -> header = h;
            case Frame.Namespace n -> namespace(n);
            case Frame.Data d -> data(d);
            case Frame.Zeroes z -> {
                Content content = content(z.namespaceId(), z.firstBlock(), z.blockCount());
                content.zeroExtents++;
                content.zeroBlocks += z.blockCount();
            }
            case Frame.PassEnd p -> {
                require(p.number() == passes + 1, "the end of pass %d follows that of pass %d", p.number(), passes);
                passes = p.number();
            }
            case Frame.Controller c -> controller(c.state());
            case Frame.End e -> require(state.isPresent(), "the stream ends without the controller's state");
        }
    }

    private void namespace(Frame.Namespace n) {
        require(
                header.storage() == StorageMode.COPY,
                "namespace %s has content in a stream that copies none",
                name(n.id()));
        require(namespaces.put(n.id(), new Content(n)) == null, "namespace %s begins twice", name(n.id()));
    }

    private void data(Frame.Data d) {
        long bytes = d.data().byteSize();
        Content content = content(d.namespaceId(), d.firstBlock(), 0);
        require(
                bytes % content.blockBytes == 0,
                "%d bytes are no whole blocks of namespace %s",
                bytes,
                name(d.namespaceId()));
        content(d.namespaceId(), d.firstBlock(), bytes / content.blockBytes);
        content.extents++;
        content.bytes += bytes;
    }

    private Content content(int id, long firstBlock, long blockCount) {
        Content content = namespaces.get(id);
        if (content == null) {
            throw new StateRefusedException(
                    "there is content of namespace %s, which is not announced".formatted(name(id)));
        }
        require(
                blockCount <= content.blockCount - firstBlock,
                "%d blocks from block %d on are beyond the %d blocks of namespace %s",
                blockCount,
                firstBlock,
                content.blockCount,
                name(id));
        return content;
    }

    private void controller(ControllerState saved) {
        for (Map.Entry<Integer, Content> entry : namespaces.entrySet()) {
            NamespaceState namespace = saved.namespaces().stream()
                    .filter(n -> n.id() == entry.getKey())
                    .findFirst()
                    .orElseThrow(() -> new StateRefusedException(
                            "namespace %s has content and the controller's state does not know it"
                                    .formatted(name(entry.getKey()))));
            Content content = entry.getValue();
            require(
                    namespace.blockBytes() == content.blockBytes && namespace.blockCount() == content.blockCount,
                    "namespace %s has %d blocks of %d bytes by its content, and %d of %d by the controller's state",
                    name(entry.getKey()),
                    content.blockCount,
                    content.blockBytes,
                    namespace.blockCount(),
                    namespace.blockBytes());
        }
        state = Optional.of(saved);
    }

    /** The controller's state; empty if the stream was not taken to its end. */
    Optional<ControllerState> state() {
        return state;
    }

    /** All of it, for {@link Json} and {@link TreeText}. */
    Map<String, Object> asMap(long streamBytes) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("software", header.software());
        map.put("storage", header.storage().name().toLowerCase(Locale.ROOT));
        map.put("bytes", streamBytes);
        map.put("passes", passes);
        map.put(
                "content",
                namespaces.entrySet().stream()
                        .map(e -> contentAsMap(e.getKey(), e.getValue()))
                        .toList());
        state.ifPresent(s -> map.put("controller", StateTree.of(s)));
        return map;
    }

    private static Map<String, Object> contentAsMap(int id, Content content) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("namespace_id", Integer.toUnsignedLong(id));
        map.put("block_bytes", content.blockBytes);
        map.put("block_count", content.blockCount);
        map.put("data_extents", content.extents);
        map.put("data_bytes", content.bytes);
        map.put("zeroed_extents", content.zeroExtents);
        map.put("zeroed_blocks", content.zeroBlocks);
        return map;
    }

    private static String name(int id) {
        return Integer.toUnsignedString(id);
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a library of its own
    private static void require(boolean holds, String reason, Object... arguments) {
        if (!holds) {
            throw new StateRefusedException(reason.formatted(arguments));
        }
    }
}
