package io.vfiouser.nvme.spec;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * One entry of the Namespace Identification Descriptor list. Base 2.1, section 5.1.13.2.3 (CNS 03h): type at 0, length at 1,
 * two reserved bytes, then the identifier. A type of 0 ends the list.
 *
 * @param type one of the {@code TYPE_} constants
 * @param identifier the bytes as they stand on the wire, most significant first
 */
public record NamespaceDescriptor(int type, List<Byte> identifier) {
    public static final int TYPE_EUI64 = 1;
    public static final int TYPE_NGUID = 2;
    public static final int TYPE_UUID = 3;
    /** Command Set Identifier, one byte. */
    public static final int TYPE_CSI = 4;
    /** Bytes of the whole list. */
    public static final int LIST_LENGTH_BYTES = 4096;

    private static final int HEADER_BYTES = 4;

    public NamespaceDescriptor {
        identifier = List.copyOf(identifier);
    }

    public static NamespaceDescriptor of(int type, byte[] identifier) {
        List<Byte> bytes = new ArrayList<>(identifier.length);
        for (byte b : identifier) {
            bytes.add(b);
        }
        return new NamespaceDescriptor(type, bytes);
    }

    public static NamespaceDescriptor uuid(UUID uuid) {
        return of(TYPE_UUID, bytes(uuid));
    }

    /** The 16 bytes of a UUID, most significant first (RFC 9562). */
    public static byte[] bytes(UUID uuid) {
        return ByteBuffer.allocate(16)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array();
    }

    public byte[] identifierBytes() {
        byte[] bytes = new byte[identifier.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = identifier.get(i);
        }
        return bytes;
    }

    /** Writes the entry and returns the offset behind it. */
    public long write(MemorySegment list, long offset) {
        LittleEndian.putU8(list, offset, type);
        LittleEndian.putU8(list, offset + 1, identifier.size());
        MemorySegment.copy(identifierBytes(), 0, list, ValueLayout.JAVA_BYTE, offset + HEADER_BYTES, identifier.size());
        return offset + HEADER_BYTES + identifier.size();
    }

    /** Reads a list up to its end mark, its end, or the first entry that would reach beyond it. */
    public static List<NamespaceDescriptor> readList(MemorySegment list) {
        List<NamespaceDescriptor> entries = new ArrayList<>();
        long offset = 0;
        while (offset + HEADER_BYTES <= list.byteSize()) {
            int type = LittleEndian.u8(list, offset);
            int length = LittleEndian.u8(list, offset + 1);
            long next = offset + HEADER_BYTES + length;
            if (type == 0 || length == 0 || next > list.byteSize()) {
                break;
            }
            byte[] identifier = list.asSlice(offset + HEADER_BYTES, length).toArray(ValueLayout.JAVA_BYTE);
            entries.add(of(type, Arrays.copyOf(identifier, length)));
            offset = next;
        }
        return List.copyOf(entries);
    }
}
