package io.vfiouser.server;

import io.vfiouser.os.Fd;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a region is: its size, who handles accesses to it, and the file that clients may map instead.
 *
 * <p>Immutable. The file behind a mappable region belongs to the device, which keeps it open as long as the context exists;
 * the library passes copies of the descriptor to clients. Clients can map any part of that file, whatever areas are announced.
 */
public final class RegionSpec {
    private final long sizeBytes;
    private final Set<RegionFlag> flags;
    private final Optional<RegionAccess> access;
    private final Optional<Fd> file;
    private final long fileOffset;
    private final List<SparseArea> areas;

    private RegionSpec(Builder builder) {
        sizeBytes = builder.sizeBytes;
        flags = EnumSet.copyOf(builder.flags);
        access = builder.access;
        file = builder.file;
        fileOffset = builder.fileOffset;
        areas = List.copyOf(builder.areas);
    }

    /** A memory region that can be read and written, and that nobody handles yet. */
    public static Builder memory(long sizeBytes) {
        return new Builder(sizeBytes, EnumSet.of(RegionFlag.READ, RegionFlag.WRITE, RegionFlag.MEMORY));
    }

    /** An I/O region that can be read and written. */
    public static Builder io(long sizeBytes) {
        return new Builder(sizeBytes, EnumSet.of(RegionFlag.READ, RegionFlag.WRITE));
    }

    /**
     * The configuration space with a callback for what the library does not handle: all but the standard header and known
     * capabilities, or with {@link RegionFlag#ALWAYS_CALLBACK} everything.
     */
    public static Builder config() {
        return new Builder(0, EnumSet.of(RegionFlag.READ, RegionFlag.WRITE));
    }

    /** Length in bytes. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** Properties. */
    public Set<RegionFlag> flags() {
        return EnumSet.copyOf(flags);
    }

    /** Who handles accesses that come as messages. */
    public Optional<RegionAccess> access() {
        return access;
    }

    /** The file clients may map. */
    public Optional<Fd> file() {
        return file;
    }

    /** Where in the file the region starts. */
    public long fileOffset() {
        return fileOffset;
    }

    /** The parts that may be mapped; empty with a file means all of it. */
    public List<SparseArea> areas() {
        return areas;
    }

    /** Collects a {@link RegionSpec}. */
    public static final class Builder {
        private final long sizeBytes;
        private final EnumSet<RegionFlag> flags;
        private final List<SparseArea> areas = new ArrayList<>();
        private Optional<RegionAccess> access = Optional.empty();
        private Optional<Fd> file = Optional.empty();
        private long fileOffset;

        private Builder(long sizeBytes, EnumSet<RegionFlag> flags) {
            this.sizeBytes = sizeBytes;
            this.flags = flags;
        }

        /** Adds properties. */
        public Builder flags(RegionFlag... more) {
            flags.addAll(List.of(more));
            return this;
        }

        /** Clients may not write it. */
        public Builder readOnly() {
            flags.remove(RegionFlag.WRITE);
            return this;
        }

        /** Who handles accesses that come as messages. Without it they fail with EINVAL. */
        public Builder access(RegionAccess handler) {
            access = Optional.of(handler);
            return this;
        }

        /**
         * Lets clients map a file.
         *
         * @param backing the file, usually a memfd, which stays the caller's
         * @param offset where in the file the region starts
         * @param mappable the parts that may be mapped; none means the whole region
         */
        public Builder mappable(Fd backing, long offset, SparseArea... mappable) {
            file = Optional.of(backing);
            fileOffset = offset;
            areas.addAll(List.of(mappable));
            return this;
        }

        /**
         * The finished specification.
         *
         * @throws IllegalArgumentException if an area exceeds the region
         */
        public RegionSpec build() {
            if (sizeBytes < 0 || fileOffset < 0) {
                throw new IllegalArgumentException("no region of " + sizeBytes + " bytes at offset " + fileOffset);
            }
            for (SparseArea area : areas) {
                if (area.end() > sizeBytes) {
                    throw new IllegalArgumentException(area + " exceeds a region of " + sizeBytes + " bytes");
                }
            }
            return new RegionSpec(this);
        }
    }
}
