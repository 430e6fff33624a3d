package io.vfiouser.nvme.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vfiouser.nvme.spec.IdentifyNamespace;
import io.vfiouser.nvme.spec.LbaFormat;
import io.vfiouser.nvme.spec.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamespaceInfoTest {

    @Test
    void sizesAreWhatTheFormatInUseSays() {
        NamespaceInfo namespace = namespace(12, 1000);
        assertThat(namespace.blockBytes()).isEqualTo(4096);
        assertThat(namespace.lengthBytes()).isEqualTo(4_096_000);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "8, 1", "17, 1", "255, 1", "9, -1", "12, 9223372036854775807"})
    void sizesThatCannotBeAreRefused(int shift, long blocks) {
        assertThatExceptionOfType(NvmeProtocolException.class)
                .isThrownBy(() -> namespace(shift, blocks))
                .withMessageContaining("namespace 7");
    }

    private static NamespaceInfo namespace(int shift, long blocks) {
        MemorySegment structure = MemorySegment.ofArray(new long[IdentifyNamespace.LENGTH_BYTES / 8]);
        LittleEndian.putU64(structure, IdentifyNamespace.NSZE, blocks);
        LittleEndian.putU32(structure, IdentifyNamespace.LBAF0, new LbaFormat(0, shift, 0).wire());
        return new NamespaceInfo(7, new IdentifyNamespace(structure), List.of());
    }
}
