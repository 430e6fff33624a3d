package io.vfiouser.nvme.migration;

import java.util.List;

/** Values of features. */
final class FeatureCodec {
    private static final int MOST_FEATURES = 100_000;
    private static final int MOST_VALUE_BYTES = 4096;
    private static final int LEAST_FEATURE_BYTES = 14;

    private FeatureCodec() {}

    static void write(FieldWriter out, List<FeatureState> features) {
        out.list(features, MOST_FEATURES, feature -> {
            out.u8(feature.feature());
            out.u32(feature.part());
            out.u32(feature.namespaceId());
            out.flag(feature.saved());
            out.bytes(feature.value(), MOST_VALUE_BYTES);
        });
    }

    static List<FeatureState> read(FieldReader in) {
        return in.list(
                MOST_FEATURES,
                LEAST_FEATURE_BYTES,
                f -> new FeatureState(f.u8(), f.u32(), f.u32(), f.flag(), f.bytes(MOST_VALUE_BYTES)));
    }
}
