package io.vfiouser.nvme.guest;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Files in the archive format that Linux unpacks as its first file system: cpio's "newc" (Documentation/driver-api/early-userspace). */
final class NewcArchive {
    private static final String MAGIC = "070701";
    private static final String END = "TRAILER!!!";
    private static final int FIELDS = 13;
    private static final int DIGITS = 8;
    private static final int HEADER_BYTES = MAGIC.length() + FIELDS * DIGITS;
    private static final int SIZE_FIELD = 6;
    private static final int NAME_FIELD = 11;
    private static final int FOLDER = 0040755;
    private static final int FILE = 0100755;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int inode = 1;

    /** Adds a folder; its parents have to be there. */
    NewcArchive folder(String name) {
        entry(name, FOLDER, new byte[0]);
        return this;
    }

    /** Adds a file that may be executed. */
    NewcArchive file(String name, byte[] content) {
        entry(name, FILE, content);
        return this;
    }

    /** The archive; nothing can be added to it any more. */
    byte[] finish() {
        entry(END, 0, new byte[0]);
        return bytes.toByteArray();
    }

    private void entry(String name, int mode, byte[] content) {
        byte[] nameBytes = (name + '\0').getBytes(StandardCharsets.UTF_8);
        int[] fields = {inode++, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, nameBytes.length, 0};
        StringBuilder header = new StringBuilder(MAGIC);
        for (int field : fields) {
            header.append("%08x".formatted(field));
        }
        bytes.writeBytes(header.toString().getBytes(StandardCharsets.US_ASCII));
        bytes.writeBytes(nameBytes);
        pad();
        bytes.writeBytes(content);
        pad();
    }

    private void pad() {
        while (bytes.size() % 4 != 0) {
            bytes.write(0);
        }
    }

    /** The files of an archive, by name. */
    static Map<String, byte[]> read(byte[] archive) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        int at = 0;
        while (true) {
            if (!new String(archive, at, MAGIC.length(), StandardCharsets.US_ASCII).equals(MAGIC)) {
                throw new IllegalArgumentException("no entry of a cpio archive at byte " + at);
            }
            int size = field(archive, at, SIZE_FIELD);
            int nameLength = field(archive, at, NAME_FIELD);
            String name = new String(archive, at + HEADER_BYTES, nameLength - 1, StandardCharsets.UTF_8);
            if (name.equals(END)) {
                return files;
            }
            int content = aligned(at + HEADER_BYTES + nameLength);
            byte[] file = new byte[size];
            System.arraycopy(archive, content, file, 0, size);
            files.put(name.startsWith("./") ? name.substring(2) : name, file);
            at = aligned(content + size);
        }
    }

    private static int field(byte[] archive, int entry, int field) {
        int at = entry + MAGIC.length() + field * DIGITS;
        return Integer.parseUnsignedInt(new String(archive, at, DIGITS, StandardCharsets.US_ASCII), 16);
    }

    private static int aligned(int position) {
        return (position + 3) & ~3;
    }
}
