package io.vfiouser.client;

import io.vfiouser.client.wire.Command;
import io.vfiouser.client.wire.Json;
import io.vfiouser.client.wire.JsonException;
import io.vfiouser.client.wire.JsonParser;
import io.vfiouser.client.wire.VersionFormat;
import io.vfiouser.os.Fd;
import io.vfiouser.os.UnixSocket;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The first exchange on a connection (specification, "VFIO_USER_VERSION"). */
final class Negotiation {
    private static final int MAJOR = 0;
    private static final int MINOR = 2;
    private static final int DEFAULT_MAX_MESSAGE_FDS = 1;
    private static final int DEFAULT_MAX_TRANSFER_BYTES = 1 << 20;
    private static final int DEFAULT_MAX_DMA_MAPS = 65535;
    private static final int DEFAULT_PAGE_SIZES = 4096;
    private static final int MAX_JSON_BYTES = 64 << 10;

    private final Connection connection;
    private final ClientOptions options;

    Negotiation(Connection connection, ClientOptions options) {
        this.connection = connection;
        this.options = options;
    }

    /** Says who we are and what we can, and hands a second socket, if the server made one, to the connection. */
    ServerCapabilities run() {
        MemorySegment request = connection.request();
        VersionFormat.major(request, MAJOR);
        VersionFormat.minor(request, MINOR);
        request.setString(VersionFormat.BYTES, ourCapabilities());
        int bytes = VersionFormat.BYTES + ourCapabilities().length() + 1;
        List<Fd> fds = connection.callWithFds(Command.VERSION, bytes, new int[0], VersionFormat.BYTES);
        Fd twin = null;
        try {
            Reply reply = read(connection.reply());
            twin = twinOf(reply, fds);
            if (twin != null) {
                connection.useTwin(UnixSocket.adopt(twin));
            }
            return reply.capabilities;
        } catch (VfioUserException e) {
            throw connection.giveUp(e);
        } finally {
            for (Fd fd : fds) {
                if (fd != twin) {
                    fd.close();
                }
            }
        }
    }

    private String ourCapabilities() {
        return "{\"capabilities\":{\"max_msg_fds\":" + options.maxMessageFds() + ",\"max_data_xfer_size\":"
                + options.maxDataTransferBytes() + ",\"max_dma_maps\":" + DEFAULT_MAX_DMA_MAPS + ",\"pgsizes\":"
                + options.pageBytes() + ",\"migration\":{\"pgsize\":" + options.pageBytes()
                + "},\"twin_socket\":{\"supported\":" + options.twinSocket() + "}}}";
    }

    private record Reply(ServerCapabilities capabilities, boolean twinSupported, long twinIndex) {}

    private Reply read(MemorySegment reply) {
        int major = VersionFormat.major(reply);
        int minor = VersionFormat.minor(reply);
        if (major != MAJOR || minor > MINOR) {
            throw new VfioUserException("the server speaks protocol " + major + "." + minor + ", this client " + MAJOR
                    + ".0 to " + MAJOR + "." + MINOR);
        }
        Json.@Nullable Obj capabilities = capabilities(reply.asSlice(VersionFormat.BYTES));
        Json.@Nullable Obj twin = object(capabilities, "twin_socket");
        Json.@Nullable Obj migration = object(capabilities, "migration");
        boolean twinSupported = flag(twin, "supported");
        ServerCapabilities said = new ServerCapabilities(
                major,
                minor,
                (int) Math.min(number(capabilities, "max_msg_fds", DEFAULT_MAX_MESSAGE_FDS, 0), UnixSocket.MAX_FDS),
                (int) Math.min(
                        number(capabilities, "max_data_xfer_size", DEFAULT_MAX_TRANSFER_BYTES, 1),
                        options.maxDataTransferBytes()),
                number(capabilities, "max_dma_maps", DEFAULT_MAX_DMA_MAPS, 0),
                number(capabilities, "pgsizes", DEFAULT_PAGE_SIZES, 1),
                flag(capabilities, "write_multiple"),
                twinSupported,
                number(migration, "pgsize", 0, 1));
        return new Reply(said, twinSupported, number(twin, "fd_index", -1, 0));
    }

    private @Nullable Fd twinOf(Reply reply, List<Fd> fds) {
        if (!reply.twinSupported) {
            if (!fds.isEmpty()) {
                throw new VfioUserException("the server sent " + fds.size() + " descriptors with its version");
            }
            return null;
        }
        if (!options.twinSocket() || reply.twinIndex < 0 || reply.twinIndex >= fds.size()) {
            throw new VfioUserException(
                    "the server set up a second socket that was not asked for or did not come (index " + reply.twinIndex
                            + " of " + fds.size() + " descriptors)");
        }
        return fds.get((int) reply.twinIndex);
    }

    private static Json.@Nullable Obj capabilities(MemorySegment text) {
        if (text.byteSize() == 0) {
            return null;
        }
        if (text.byteSize() > MAX_JSON_BYTES) {
            throw new VfioUserException("the server's capabilities are " + text.byteSize() + " bytes long");
        }
        byte[] bytes = text.toArray(ValueLayout.JAVA_BYTE);
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        if (end == bytes.length) {
            throw new VfioUserException("the server's capabilities do not end with a zero");
        }
        try {
            String json = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, end))
                    .toString();
            if (!(JsonParser.parse(json) instanceof Json.Obj top)) {
                throw new VfioUserException("the server's capabilities are not a JSON object");
            }
            return object(top, "capabilities");
        } catch (JsonException | CharacterCodingException e) {
            throw new VfioUserException("the server's capabilities are not JSON: " + e.getMessage(), e);
        }
    }

    private static Json.@Nullable Obj object(Json.@Nullable Obj parent, String name) {
        return switch (parent == null ? null : parent.members().get(name)) {
            case null -> null;
            case Json.Obj found -> found;
            default -> throw wrongType(name, "an object");
        };
    }

    private static boolean flag(Json.@Nullable Obj parent, String name) {
        return switch (parent == null ? null : parent.members().get(name)) {
            case null -> false;
            case Json.Bool(boolean value) -> value;
            default -> throw wrongType(name, "true or false");
        };
    }

    private static long number(Json.@Nullable Obj parent, String name, long otherwise, long least) {
        return switch (parent == null ? null : parent.members().get(name)) {
            case null -> otherwise;
            case Json.Whole(long value) when value >= least -> value;
            default -> throw wrongType(name, "a whole number of at least " + least);
        };
    }

    private static VfioUserException wrongType(String name, String expected) {
        return new VfioUserException("the server's capability " + name + " is not " + expected);
    }
}
