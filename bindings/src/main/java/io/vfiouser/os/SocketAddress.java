package io.vfiouser.os;

import io.vfiouser.ffi.posix.posix_h;
import io.vfiouser.ffi.posix.sockaddr_un;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A path as the C library wants it for a socket. */
record SocketAddress(MemorySegment segment) {
    private static final long PATH_OFFSET = sockaddr_un.layout().byteOffset(PathElement.groupElement("sun_path"));

    /** The longest path, in bytes: one of the field's bytes is the terminating zero. */
    static final int MAX_PATH_BYTES = (int) (sockaddr_un.sizeof() - PATH_OFFSET) - 1;

    /** @throws IllegalArgumentException if the path is empty, too long or holds a zero */
    static SocketAddress of(Path path, Arena arena) {
        byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0) {
            throw new IllegalArgumentException("the socket path is empty");
        }
        if (bytes.length > MAX_PATH_BYTES) {
            throw new IllegalArgumentException("the socket path is " + bytes.length + " bytes long, but at most "
                    + MAX_PATH_BYTES + " are possible; use a shorter one: " + path);
        }
        MemorySegment address = arena.allocate(PATH_OFFSET + bytes.length + 1);
        // The generated accessors want the whole structure; a shorter address is what the call expects.
        address.set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) posix_h.AF_UNIX());
        MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, PATH_OFFSET, bytes.length);
        return new SocketAddress(address);
    }
}
