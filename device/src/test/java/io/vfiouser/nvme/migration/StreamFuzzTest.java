package io.vfiouser.nvme.migration;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Tag;

/**
 * Whatever comes in as a stream is taken or refused, and a state that is taken can be passed on. Runs over the inputs beside the golden
 * file; with {@code JAZZER_FUZZ=1} it looks for others.
 */
@Tag("fuzz")
class StreamFuzzTest {

    @FuzzTest
    void anyBytesInAnyPiecesAreTakenOrRefused(byte[] data) {
        StreamReader reader = new StreamReader(StreamFuzzTest::passOn);
        try {
            TestStreams.write(reader, data, 1 + data.length % 251);
            reader.finish();
        } catch (StateRefusedException e) {
            assertThat(e).hasMessageMatching("(?s).{10,}");
        }
    }

    /** Past the checksums, which no fuzzer finds: after a byte that names the type, the payload of a frame. */
    @FuzzTest
    void anyPayloadIsTakenOrRefused(byte[] data) {
        Optional<FrameType> type = data.length == 0 ? Optional.empty() : FrameType.of(data[0] & 0x7F);
        if (type.isEmpty()) {
            return;
        }
        byte[] payload = Arrays.copyOfRange(data, 1, data.length);
        try {
            Frame frame = FrameCodec.read(type.get(), MemorySegment.ofArray(payload), data[0] < 0, 0, 0);
            assertThat(FrameType.of(frame)).isEqualTo(type.get());
            passOn(frame);
        } catch (StateRefusedException e) {
            assertThat(e).hasMessageMatching("(?s).{10,}");
        }
    }

    private static void passOn(Frame frame) {
        if (frame instanceof Frame.Controller c) {
            assertThat(StateCodec.decode(MemorySegment.ofArray(StateCodec.encode(c.state()))))
                    .isEqualTo(c.state());
        }
    }
}
