package io.vfiouser.abi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Looks at a file before it is loaded: {@code dlopen} maps what the headers promise, and touching what a truncated file
 * does not have ends the process; and constructors of a foreign library would run before anybody sees that it is foreign.
 *
 * <p>Layout: System V ABI, ELF-64, little endian.
 */
final class ElfFile {
    private static final int HEADER_BYTES = 64;
    private static final int MAGIC = 0x464c457f;
    private static final int CLASS_64 = 2;
    private static final int LITTLE_ENDIAN = 1;
    private static final int TYPE_SHARED = 3;
    private static final int SECTION_NULL = 0;
    private static final int SECTION_WITHOUT_BYTES = 8;
    private static final int SECTION_DYNAMIC_SYMBOLS = 11;
    private static final int PROGRAM_HEADER_BYTES = 56;
    private static final int SECTION_HEADER_BYTES = 64;
    private static final int SYMBOL_BYTES = 24;
    private static final int UNDEFINED = 0;
    private static final long LARGEST_TABLE_BYTES = 64L << 20;

    private static final Map<Integer, String> MACHINES = Map.of(
            3,
            "x86 (32 bit)",
            8,
            "MIPS",
            21,
            "ppc64le",
            22,
            "s390x",
            40,
            "arm (32 bit)",
            62,
            "x86_64",
            183,
            "aarch64",
            243,
            "riscv64",
            258,
            "loongarch64");

    private final Path file;
    private final FileChannel channel;
    private final long sizeBytes;
    private final String architecture;

    private ElfFile(Path file, FileChannel channel, String architecture) throws IOException {
        this.file = file;
        this.channel = channel;
        this.sizeBytes = channel.size();
        this.architecture = architecture;
    }

    /**
     * Checks that a file is a whole shared library for an architecture.
     *
     * @param architecture as {@link Platform#architecture} names it
     * @return the names of the functions and variables it defines for others; empty if it does not list them in a section
     * @throws VfioUserLibraryException with what is wrong
     */
    static Optional<Set<String>> definedSymbols(Path file, String architecture) {
        if (!Files.exists(file)) {
            throw refused(file, "does not exist");
        }
        if (Files.isDirectory(file)) {
            throw refused(file, "is a directory, not a file");
        }
        if (!Files.isRegularFile(file)) {
            throw refused(file, "is not a regular file");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new ElfFile(file, channel, architecture).check();
        } catch (IOException e) {
            throw new VfioUserLibraryException(
                    "cannot read " + file + " (" + e + "); check its permissions, or " + LibrarySearch.REMEDY, e);
        }
    }

    private Optional<Set<String>> check() throws IOException {
        if (sizeBytes == 0) {
            throw refused(file, "is empty");
        }
        ByteBuffer header = sizeBytes < HEADER_BYTES ? read(0, sizeBytes) : read(0, HEADER_BYTES);
        if (sizeBytes < Integer.BYTES || header.getInt(0) != MAGIC) {
            throw refused(file, "is not a shared library (no ELF file)");
        }
        if (sizeBytes < HEADER_BYTES) {
            throw truncated();
        }
        int machine = Short.toUnsignedInt(header.getShort(18));
        String builtFor = MACHINES.getOrDefault(machine, "machine " + machine);
        if (header.get(4) != CLASS_64 || header.get(5) != LITTLE_ENDIAN || !builtFor.equals(architecture)) {
            String detail = header.get(5) == LITTLE_ENDIAN ? builtFor : "a big-endian machine";
            throw refused(file, "is built for " + detail + " and this process is " + architecture);
        }
        if (header.getShort(16) != TYPE_SHARED) {
            throw refused(file, "is an ELF file, but not a shared library");
        }
        checkSegments(
                header.getLong(32), Short.toUnsignedInt(header.getShort(54)), Short.toUnsignedInt(header.getShort(56)));
        return symbols(
                header.getLong(40), Short.toUnsignedInt(header.getShort(58)), Short.toUnsignedInt(header.getShort(60)));
    }

    private void checkSegments(long offset, int entryBytes, int count) throws IOException {
        if (entryBytes != PROGRAM_HEADER_BYTES || count == 0) {
            throw refused(file, "has a damaged ELF header");
        }
        ByteBuffer table = read(offset, (long) entryBytes * count);
        for (int i = 0; i < count; i++) {
            requireInside(table.getLong(i * entryBytes + 8), table.getLong(i * entryBytes + 32));
        }
    }

    private Optional<Set<String>> symbols(long offset, int entryBytes, int count) throws IOException {
        if (offset == 0 || count == 0) {
            return Optional.empty();
        }
        if (entryBytes != SECTION_HEADER_BYTES) {
            throw refused(file, "has a damaged ELF header");
        }
        ByteBuffer table = read(offset, (long) entryBytes * count);
        int dynamicSymbols = -1;
        for (int i = 0; i < count; i++) {
            int type = table.getInt(i * entryBytes + 4);
            if (type != SECTION_NULL && type != SECTION_WITHOUT_BYTES) {
                requireInside(table.getLong(i * entryBytes + 24), table.getLong(i * entryBytes + 32));
            }
            if (type == SECTION_DYNAMIC_SYMBOLS) {
                dynamicSymbols = i;
            }
        }
        if (dynamicSymbols < 0) {
            return Optional.empty();
        }
        int names = table.getInt(dynamicSymbols * entryBytes + 40);
        if (names < 0 || names >= count) {
            throw refused(file, "has a damaged symbol table");
        }
        return Optional.of(definedNames(section(table, dynamicSymbols), section(table, names)));
    }

    private ByteBuffer section(ByteBuffer table, int index) throws IOException {
        int header = index * SECTION_HEADER_BYTES;
        return read(table.getLong(header + 24), table.getLong(header + 32));
    }

    private static Set<String> definedNames(ByteBuffer symbols, ByteBuffer names) {
        Set<String> defined = new HashSet<>();
        for (int at = 0; at + SYMBOL_BYTES <= symbols.limit(); at += SYMBOL_BYTES) {
            int name = symbols.getInt(at);
            if (symbols.getShort(at + 6) != UNDEFINED && name > 0 && name < names.limit()) {
                int end = name;
                while (end < names.limit() && names.get(end) != 0) {
                    end++;
                }
                defined.add(StandardCharsets.UTF_8
                        .decode(names.slice(name, end - name))
                        .toString());
            }
        }
        return defined;
    }

    private void requireInside(long offset, long lengthBytes) {
        if (offset < 0 || lengthBytes < 0 || offset > sizeBytes || lengthBytes > sizeBytes - offset) {
            throw truncated();
        }
    }

    private ByteBuffer read(long offset, long lengthBytes) throws IOException {
        requireInside(offset, lengthBytes);
        if (lengthBytes > LARGEST_TABLE_BYTES) {
            throw refused(file, "has a damaged ELF header");
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) lengthBytes).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset + bytes.position()) < 0) {
                throw truncated();
            }
        }
        return bytes.flip();
    }

    private VfioUserLibraryException truncated() {
        return refused(file, "is truncated: its headers promise more than its " + sizeBytes + " bytes");
    }

    private static VfioUserLibraryException refused(Path file, String reason) {
        return new VfioUserLibraryException(file + " " + reason + "; " + LibrarySearch.REMEDY);
    }
}
