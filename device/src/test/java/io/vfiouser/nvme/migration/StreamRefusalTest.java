package io.vfiouser.nvme.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams that are damaged, cut off, out of order or of another version are refused, and what is wrong where is said. */
class StreamRefusalTest {
    private static final Frame HEADER = new Frame.Header(StorageMode.COPY, "test");
    private static final int UNKNOWN_TYPE = 4711;

    private final List<Frame> small = List.of(
            HEADER,
            new Frame.Namespace(1, 512, 8),
            new Frame.Data(1, 7, MemorySegment.ofArray(new byte[24])),
            new Frame.Zeroes(1, 0, 7),
            new Frame.PassEnd(1),
            new Frame.Controller(TestStreams.leastState()),
            new Frame.End());
    private final byte[] stream = TestStreams.bytes(small);

    private static void take(byte[] stream) {
        StreamReader reader = new StreamReader(frame -> {});
        reader.write(MemorySegment.ofArray(stream));
        reader.finish();
    }

    private static void assertRefused(ThrowingCallable call, String... parts) {
        assertThatThrownBy(call).isInstanceOf(StateRefusedException.class).hasMessageContainingAll(parts);
    }

    @Test
    void everyTruncationIsRefused() {
        for (int length = 0; length < stream.length; length++) {
            byte[] cut = Arrays.copyOf(stream, length);
            assertRefused(() -> take(cut), "cut off after " + length + " bytes");
        }
        take(stream);
    }

    @Test
    void everyFlippedBitIsRefused() {
        for (int bit = 0; bit < stream.length * 8; bit++) {
            byte[] damaged = stream.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> take(damaged)).as("bit %d", bit).isInstanceOf(StateRefusedException.class);
        }
    }

    @Test
    void aFlippedBitOfAPayloadIsFoundByTheChecksumAndItsFrameNamed() {
        int dataFrame = 16 + (16 + 7) + (16 + 16);
        stream[dataFrame + 16 + 16 + 10] ^= 1;
        assertRefused(() -> take(stream), "frame 3 (data, at byte " + dataFrame + ")", "checksum");
    }

    @Test
    void aDamagedFrameIsNotHandedOver() {
        stream[stream.length - 1] ^= 1;
        List<FrameType> taken = new ArrayList<>();
        StreamReader reader = new StreamReader(frame -> taken.add(FrameType.of(frame)));
        assertRefused(() -> reader.write(MemorySegment.ofArray(stream)), "frame 7 (end");
        assertThat(taken).hasSize(small.size() - 1).doesNotContain(FrameType.END);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void aLostFrameIsNoticed(int lost) {
        RawStream whole = new RawStream();
        RawStream damaged = new RawStream();
        for (int i = 0; i < small.size() - 1; i++) {
            whole.frame(small.get(i));
            if (i != lost) {
                damaged.frame(small.get(i));
            }
        }
        byte[] end = FrameCodec.payload(new Frame.End(), small.size() - 1, whole.bytes().length);
        damaged.frame(FrameType.END.code(), StreamFormat.REQUIRED, end);
        assertRefused(() -> take(damaged.bytes()), lost == 0 ? "header" : "lost");
    }

    @Test
    void bytesBehindTheEndAreRefusedInTheSameWriteAndInAnother() {
        byte[] longer = Arrays.copyOf(stream, stream.length + 3);
        assertRefused(() -> take(longer), "3 bytes follow the end", "byte " + stream.length);
        StreamReader reader = new StreamReader(frame -> {});
        reader.write(MemorySegment.ofArray(stream));
        assertRefused(() -> reader.write(MemorySegment.ofArray(new byte[1])), "1 bytes follow");
        assertRefused(reader::finish, "1 bytes follow");
    }

    @Test
    void theFirstReasonIsRepeatedByEveryLaterCall() {
        stream[3] ^= 1;
        StreamReader reader = new StreamReader(frame -> {});
        assertRefused(() -> reader.write(MemorySegment.ofArray(stream)), "no migration stream");
        assertRefused(() -> reader.write(MemorySegment.ofArray(new byte[0])), "no migration stream");
        assertRefused(reader::finish, "no migration stream");
        long read = reader.bytesRead();
        assertRefused(() -> reader.write(MemorySegment.ofArray(stream)), "no migration stream");
        assertThat(reader.bytesRead()).isEqualTo(read);
    }

    @Test
    void whatTheSinkRefusesIsRefusedForGood() {
        StreamReader reader = new StreamReader(frame -> {
            throw new StateRefusedException("a namespace is missing");
        });
        assertRefused(() -> reader.write(MemorySegment.ofArray(stream)), "a namespace is missing");
        assertRefused(reader::finish, "a namespace is missing");
    }

    @Test
    void aSinkThatFailsEndsTheStream() {
        StreamReader reader = new StreamReader(frame -> {
            throw new IllegalStateException("disk full");
        });
        assertRefused(() -> reader.write(MemorySegment.ofArray(stream)), "frame 1 (header, at byte 16)", "disk full");
        assertRefused(reader::finish, "disk full");
    }

    @Test
    void aSinkThatEndsWithAnErrorEndsTheStreamToo() {
        StreamReader reader = new StreamReader(frame -> {
            throw new InternalError("memory is gone");
        });
        assertThatThrownBy(() -> reader.write(MemorySegment.ofArray(stream))).isInstanceOf(InternalError.class);
        assertRefused(() -> reader.write(MemorySegment.ofArray(stream)), "could not be taken");
    }

    @Test
    void anotherMajorVersionIsRefusedAndBothAreNamed() {
        assertRefused(() -> take(new RawStream(2, 7).frame(HEADER).bytes()), "version 2.7", "reads version 1.x");
        assertRefused(() -> take(new RawStream(0, 0).frame(HEADER).bytes()), "version 0.0", "reads version 1.x");
    }

    @Test
    void aNewerMinorVersionMayHaveFieldsBehindThoseKnown() {
        byte[] newer = new RawStream(StreamFormat.MAJOR, StreamFormat.MINOR + 1)
                .extended(HEADER, 9)
                .extended(new Frame.Namespace(1, 512, 8), 4)
                .extended(new Frame.PassEnd(1), 1)
                .extended(new Frame.End(), 8)
                .bytes();
        assertThat(TestStreams.frames(newer, 7))
                .containsExactly(HEADER, new Frame.Namespace(1, 512, 8), new Frame.PassEnd(1), new Frame.End());
    }

    @Test
    void thisVersionMayNot() {
        assertRefused(
                () -> take(new RawStream().extended(HEADER, 1).bytes()), "frame 1 (header", "1 bytes are left over");
        assertRefused(
                () -> take(new RawStream()
                        .frame(HEADER)
                        .extended(new Frame.PassEnd(1), 1)
                        .bytes()),
                "frame 2 (end of pass",
                "payload of 5 bytes");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 300_000})
    void anUnknownFrameIsSkippedAndCounted(int length) {
        byte[] with = new RawStream()
                .frame(HEADER)
                .frame(UNKNOWN_TYPE, 0, new byte[length])
                .frame(new Frame.PassEnd(1))
                .frame(new Frame.End())
                .bytes();
        assertThat(TestStreams.frames(with, 1000)).containsExactly(HEADER, new Frame.PassEnd(1), new Frame.End());
    }

    @Test
    void anUnknownFrameIsCheckedAllTheSame() {
        RawStream raw = new RawStream().frame(HEADER).frame(UNKNOWN_TYPE, 0, new byte[10]);
        byte[] damaged = raw.bytes();
        damaged[damaged.length - 1] ^= 1;
        assertRefused(() -> take(damaged), "frame 2 (type 4711", "checksum");
    }

    @Test
    void anUnknownRequiredFrameIsRefused() {
        byte[] with = new RawStream()
                .frame(HEADER)
                .frame(UNKNOWN_TYPE, StreamFormat.REQUIRED, new byte[10])
                .bytes();
        assertRefused(() -> take(with), "frame 2 (type 4711", "must not be left out");
    }

    @Test
    void aPayloadThatIsTooLongIsRefusedByItsHeader() {
        for (int type : new int[] {1, 2, 3, 4, 5, 6, 7, UNKNOWN_TYPE}) {
            for (int length : new int[] {Integer.MAX_VALUE, -1, StreamFormat.LARGEST_STATE_BYTES + 1}) {
                byte[] start = new RawStream().frame(HEADER).bytes();
                byte[] header = new byte[StreamFormat.HEADER_BYTES];
                StreamFormat.putHeader(MemorySegment.ofArray(header), type, 0, length);
                StreamReader reader = new StreamReader(frame -> {});
                reader.write(MemorySegment.ofArray(start));
                assertRefused(
                        () -> reader.write(MemorySegment.ofArray(header)),
                        "payload of " + Integer.toUnsignedString(length) + " bytes");
            }
        }
    }

    @Test
    void framesOutOfOrderAreRefusedByReaderAndWriter() {
        Frame controller = new Frame.Controller(TestStreams.leastState());
        List<List<Frame>> wrong = List.of(
                List.of(new Frame.PassEnd(1)),
                List.of(HEADER, HEADER),
                List.of(HEADER, controller, new Frame.PassEnd(1)),
                List.of(HEADER, controller, controller));
        for (List<Frame> frames : wrong) {
            RawStream raw = new RawStream();
            frames.forEach(raw::frame);
            assertRefused(() -> take(raw.bytes()), "frame " + frames.size() + " (");
            assertRefused(() -> TestStreams.bytes(frames), "cannot be written");
        }
    }

    @Test
    void valuesThatNoFrameCanHaveAreRefused() {
        List<Frame> wrong = List.of(
                new Frame.Namespace(0, 512, 1),
                new Frame.Namespace(-1, 512, 1),
                new Frame.Namespace(1, 511, 1),
                new Frame.Namespace(1, 1 << 17, 1),
                new Frame.Namespace(1, 512, 0),
                new Frame.Namespace(1, 512, Long.MAX_VALUE / 512 + 1),
                new Frame.Data(0, 0, MemorySegment.ofArray(new byte[512])),
                new Frame.Data(1, -1, MemorySegment.ofArray(new byte[512])),
                new Frame.Data(1, 0, MemorySegment.ofArray(new byte[0])),
                new Frame.Zeroes(0, 0, 1),
                new Frame.Zeroes(1, -1, 1),
                new Frame.Zeroes(1, 0, 0),
                new Frame.Zeroes(1, 2, Long.MAX_VALUE - 1),
                new Frame.PassEnd(0),
                new Frame.PassEnd(-1));
        for (Frame frame : wrong) {
            byte[] raw = new RawStream().frame(HEADER).frame(frame).bytes();
            assertRefused(() -> take(raw), "frame 2 (");
        }
    }

    @Test
    void anUnknownStorageModeAndTextThatIsNoTextAreRefused() {
        assertRefused(
                () -> take(new RawStream().frame(1, 1, new byte[] {2, 0, 0}).bytes()), "storage mode 2");
        assertRefused(
                () -> take(new RawStream()
                        .frame(1, 1, new byte[] {0, 1, 0, (byte) 0xC0})
                        .bytes()),
                "UTF-8");
        assertRefused(
                () -> take(
                        new RawStream().frame(1, 1, new byte[] {0, 9, 0, 'x'}).bytes()),
                "cut off");
    }
}
