package io.vfiouser.server;

import io.vfiouser.abi.AbiLevel;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Drives a device's migration and dirty log as a virtual machine monitor would, in the version the library speaks. */
interface MigrationDriver {
    /** Asks for a state: 0 or the error number of the answer. */
    int setState(MigrationState state);

    /** Reads one chunk: empty when there is nothing more. */
    byte[] readChunk();

    /** Writes one chunk: 0 or the error number of the answer. */
    int writeChunk(byte[] data);

    /** Switches the dirty log on or off: 0 or the error number of the answer. */
    int logDirty(boolean on);

    /** The dirty bitmap of one whole region of at most 2 GiB, a bit per 4 KiB. */
    byte[] dirtyBitmap(long iova, long lengthBytes);

    /** Reads the stream to its end. */
    default byte[] readAll() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] chunk = readChunk(); chunk.length > 0; chunk = readChunk()) {
            all.writeBytes(chunk);
        }
        return all.toByteArray();
    }

    static MigrationDriver of(RawClient client, int chunkBytes) {
        return ServerFixture.LIBRARY.level() == AbiLevel.V0_1 ? new Version1(client) : new Version2(client, chunkBytes);
    }

    static int bitmapBytes(long lengthBytes) {
        // Whole words of 64 pages.
        return (int) ((lengthBytes / 4096 + 63) / 64 * 8);
    }

    /** The register region. */
    record Version1(RawClient client) implements MigrationDriver {
        private static final int REGION = 9;

        @Override
        public int setState(MigrationState state) {
            int bits = switch (state) {
                case STOP -> 0;
                case RUNNING -> 1;
                case STOP_AND_COPY -> 2;
                case PRE_COPY -> 3;
                case RESUME -> 4;
            };
            return setRaw(bits);
        }

        int setRaw(int bits) {
            return client.writeRegion(REGION, 0, RawClient.ints(bits).array()).errno();
        }

        long pendingBytes() {
            return client.regionData(REGION, 8, 8).getLong();
        }

        private long register(int offset) {
            return client.regionData(REGION, offset, 8).getLong();
        }

        @Override
        public byte[] readChunk() {
            while (pendingBytes() > 0) {
                long offset = register(16);
                int size = (int) register(24);
                if (size > 0) {
                    byte[] data = new byte[size];
                    client.regionData(REGION, offset, size).get(data);
                    return data;
                }
                // An empty window in PRE_COPY means nothing for now.
                if (client.regionData(REGION, 0, 4).getInt() == 3) {
                    break;
                }
            }
            return new byte[0];
        }

        @Override
        public int writeChunk(byte[] data) {
            long offset = register(16);
            int errno = client.writeRegion(REGION, offset, data).errno();
            return errno != 0
                    ? errno
                    : client.writeRegion(
                                    REGION,
                                    24,
                                    RawClient.buffer(8).putLong(data.length).array())
                            .errno();
        }

        @Override
        public int logDirty(boolean on) {
            return client.call(RawClient.DIRTY_PAGES, RawClient.ints(8, on ? 1 : 2))
                    .errno();
        }

        @Override
        public byte[] dirtyBitmap(long iova, long lengthBytes) {
            int size = bitmapBytes(lengthBytes);
            ByteBuffer request = RawClient.buffer(40)
                    .putInt(40 + size)
                    .putInt(4)
                    .putLong(iova)
                    .putLong(lengthBytes)
                    .putLong(4096)
                    .putLong(size)
                    .flip();
            byte[] reply =
                    client.call(RawClient.DIRTY_PAGES, request).ok().payload().array();
            return Arrays.copyOfRange(reply, 40, 40 + size);
        }
    }

    /** Feature messages. */
    record Version2(RawClient client, int chunkBytes) implements MigrationDriver {
        private static final int SET = 1 << 17;
        private static final int GET = 1 << 16;

        @Override
        public int setState(MigrationState state) {
            int code = switch (state) {
                case STOP -> 1;
                case RUNNING -> 2;
                case STOP_AND_COPY -> 3;
                case RESUME -> 4;
                case PRE_COPY -> 6;
            };
            return setRaw(code);
        }

        int setRaw(int code) {
            return client.call(RawClient.DEVICE_FEATURE, RawClient.ints(16, SET | 2, code, -1))
                    .errno();
        }

        @Override
        public byte[] readChunk() {
            RawClient.Reply reply = client.call(RawClient.MIG_DATA_READ, RawClient.ints(8 + chunkBytes, chunkBytes));
            ByteBuffer payload = reply.ok().payload();
            byte[] data = new byte[payload.getInt(4)];
            payload.get(8, data);
            return data;
        }

        @Override
        public int writeChunk(byte[] data) {
            ByteBuffer request = RawClient.buffer(8 + data.length)
                    .putInt(8 + data.length)
                    .putInt(data.length)
                    .put(data);
            return client.call(RawClient.MIG_DATA_WRITE, request.flip()).errno();
        }

        @Override
        public int logDirty(boolean on) {
            ByteBuffer request = RawClient.buffer(24)
                    .putInt(24)
                    .putInt(SET | (on ? 6 : 7))
                    .putLong(4096)
                    .putInt(0)
                    .putInt(0)
                    .flip();
            return client.call(RawClient.DEVICE_FEATURE, request).errno();
        }

        @Override
        public byte[] dirtyBitmap(long iova, long lengthBytes) {
            int size = bitmapBytes(lengthBytes);
            ByteBuffer request = RawClient.buffer(32)
                    .putInt(32 + size)
                    .putInt(GET | 8)
                    .putLong(iova)
                    .putLong(lengthBytes)
                    .putLong(4096)
                    .flip();
            byte[] reply = client.call(RawClient.DEVICE_FEATURE, request)
                    .ok()
                    .payload()
                    .array();
            return Arrays.copyOfRange(reply, 32, 32 + size);
        }
    }
}
