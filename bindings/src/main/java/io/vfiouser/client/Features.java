package io.vfiouser.client;

import io.vfiouser.client.wire.Command;
import io.vfiouser.client.wire.DeviceFeatureFormat;
import java.lang.foreign.MemorySegment;

/** Reading and changing device features (protocol 0.2, specification "VFIO_USER_DEVICE_FEATURE"). */
final class Features {
    private final Connection connection;

    Features(Connection connection) {
        this.connection = connection;
    }

    /** Where the data of the next request are built. */
    MemorySegment data() {
        return connection.request().asSlice(DeviceFeatureFormat.BYTES);
    }

    /**
     * The data of a feature.
     *
     * @param requestBytes how much of {@link #data()} is sent along
     * @param replyBytes how much the data are
     */
    MemorySegment get(int feature, int requestBytes, int replyBytes) {
        call(feature, DeviceFeatureFormat.GET, requestBytes, DeviceFeatureFormat.BYTES + replyBytes, replyBytes);
        return connection.reply().asSlice(DeviceFeatureFormat.BYTES, replyBytes);
    }

    /** Changes a feature to the first bytes of {@link #data()}; what the server made of them comes back. */
    MemorySegment set(int feature, int dataBytes) {
        call(feature, DeviceFeatureFormat.SET, dataBytes, DeviceFeatureFormat.BYTES + dataBytes, dataBytes);
        return connection.reply().asSlice(DeviceFeatureFormat.BYTES, dataBytes);
    }

    private void call(int feature, int operation, int requestBytes, int argumentBytes, int replyBytes) {
        MemorySegment request = connection.request();
        DeviceFeatureFormat.argumentBytes(request, argumentBytes);
        DeviceFeatureFormat.flags(request, feature | operation);
        connection.call(
                Command.DEVICE_FEATURE,
                DeviceFeatureFormat.BYTES + requestBytes,
                DeviceFeatureFormat.BYTES + replyBytes);
    }
}
