package io.vfiouser.abi;

import java.lang.foreign.MemorySegment;

/** Migration callbacks that do nothing, well. */
final class SilentMigration {
    private SilentMigration() {}

    static class One implements MigrationCallbacks.Version1 {
        @Override
        public int transition(int state) {
            return 0;
        }

        @Override
        public long pendingBytes() {
            return 0;
        }

        @Override
        public int prepareData(MemorySegment offset, MemorySegment size) {
            return 0;
        }

        @Override
        public long readData(MemorySegment buffer, long count, long offset) {
            return count;
        }

        @Override
        public long writeData(MemorySegment buffer, long count, long offset) {
            return count;
        }

        @Override
        public int dataWritten(long count) {
            return 0;
        }
    }

    static class Two implements MigrationCallbacks.Version2 {
        @Override
        public int transition(int state) {
            return 0;
        }

        @Override
        public long readData(MemorySegment buffer, long count) {
            return 0;
        }

        @Override
        public long writeData(MemorySegment buffer, long count) {
            return count;
        }
    }
}
