package io.vfiouser.nvme.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames come out of a stream as they went in, however it is cut. */
class StreamTest {
    private final List<Frame> frames = TestStreams.frames(RandomStates.of(5));

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 16, 17, 31, 511, 512, 4096, 1 << 20})
    void framesComeOutAsTheyWentInWhateverIsAskedForAtATime(int step) {
        StreamWriter writer = new StreamWriter(TestStreams.source(frames));
        byte[] stream = TestStreams.read(writer, step);
        assertThat(writer.ended()).isTrue();
        assertThat(writer.bytesWritten()).isEqualTo(stream.length);
        assertThat(stream).isEqualTo(TestStreams.bytes(frames));
        assertThat(TestStreams.frames(stream, step)).isEqualTo(TestStreams.kept(frames));
    }

    @Test
    void writesMayBeCutAnywhere() {
        List<Frame> small = TestStreams.frames(TestStreams.leastState());
        byte[] stream = TestStreams.bytes(small);
        for (int cut = 0; cut <= stream.length; cut++) {
            List<Frame> taken = new ArrayList<>();
            StreamReader reader = new StreamReader(
                    frame -> taken.add(TestStreams.kept(List.of(frame)).getFirst()));
            reader.write(MemorySegment.ofArray(Arrays.copyOf(stream, cut)));
            assertThat(reader.ended()).isEqualTo(cut == stream.length);
            reader.write(MemorySegment.ofArray(Arrays.copyOfRange(stream, cut, stream.length)));
            reader.finish();
            assertThat(reader.bytesRead()).isEqualTo(stream.length);
            assertThat(taken).isEqualTo(TestStreams.kept(small));
        }
    }

    @Test
    void aReadIsShortOnlyIfTheSourceHasNothingForNowAndGoesOnLater() {
        Queue<Frame> waiting = new ArrayDeque<>(frames.subList(0, 4));
        StreamWriter writer = new StreamWriter(waiting::poll);
        byte[] first = TestStreams.read(writer, 64);
        assertThat(writer.read(MemorySegment.ofArray(new byte[1]))).isZero();
        assertThat(writer.ended()).isFalse();
        waiting.addAll(frames.subList(4, frames.size()));
        byte[] second = TestStreams.read(writer, 64);
        assertThat(writer.ended()).isTrue();
        assertThat(writer.read(MemorySegment.ofArray(new byte[1]))).isZero();
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        assertThat(all).isEqualTo(TestStreams.bytes(frames));
    }

    @Test
    void theWriterHasEndedWhenTheLastByteFillsWhatWasAskedFor() {
        StreamWriter writer = new StreamWriter(TestStreams.source(frames));
        int length = TestStreams.bytes(frames).length;
        assertThat(writer.read(MemorySegment.ofArray(new byte[length - 1]))).isEqualTo(length - 1);
        assertThat(writer.ended()).isFalse();
        assertThat(writer.read(MemorySegment.ofArray(new byte[1]))).isEqualTo(1);
        assertThat(writer.ended()).isTrue();
    }

    @Test
    void theSourceIsAskedForAFrameOnlyWhenAllOfTheLastOneWasRead() {
        List<Integer> asked = new ArrayList<>();
        byte[] data = new byte[512];
        Queue<Frame> waiting = new ArrayDeque<>(
                List.of(new Frame.Header(StorageMode.COPY, "x"), new Frame.Data(1, 0, MemorySegment.ofArray(data))));
        StreamWriter writer = new StreamWriter(() -> {
            asked.add(0);
            return waiting.poll();
        });
        int untilDataEnd = 16 + 16 + 4 + 16 + 16 + 512;
        assertThat(writer.read(MemorySegment.ofArray(new byte[untilDataEnd]))).isEqualTo(untilDataEnd);
        assertThat(asked).hasSize(2);
    }

    @Test
    void theLargestDataFrameIsCarriedAndALargerOneIsNot() {
        Frame header = new Frame.Header(StorageMode.COPY, "x");
        MemorySegment largest = MemorySegment.ofArray(new byte[StreamFormat.LARGEST_DATA_BYTES]);
        List<Frame> fits = List.of(header, new Frame.Data(1, 0, largest), new Frame.End());
        assertThat(TestStreams.frames(TestStreams.bytes(fits), 1 << 16)).hasSize(3);
        MemorySegment larger = MemorySegment.ofArray(new byte[StreamFormat.LARGEST_DATA_BYTES + 512]);
        assertThatThrownBy(() -> TestStreams.bytes(List.of(header, new Frame.Data(1, 0, larger))))
                .isInstanceOf(StateRefusedException.class);
    }

    @Test
    void dataArePageAlignedInNativeMemory() {
        StreamReader reader = new StreamReader(frame -> {
            if (frame instanceof Frame.Data d) {
                assertThat(d.data().isNative()).isTrue();
                assertThat(d.data().address() % 4096).isZero();
            }
        });
        reader.write(MemorySegment.ofArray(TestStreams.bytes(frames)));
        reader.finish();
    }
}
