package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.subsystem.SubsystemIdentity;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Streams, and what became of them. */
public final class TestStreams {
    private TestStreams() {}

    /** A header, two namespaces with content in two passes, a controller and the end. */
    public static List<Frame> frames(ControllerState state) {
        byte[] data = new byte[8 * 512];
        new Random(1).nextBytes(data);
        return List.of(
                new Frame.Header(StorageMode.COPY, "test 1.0"),
                new Frame.Namespace(1, 512, 1000),
                new Frame.Data(1, 7, MemorySegment.ofArray(data)),
                new Frame.Zeroes(1, 100, 900),
                new Frame.Namespace(2, 4096, 10),
                new Frame.PassEnd(1),
                new Frame.Data(1, 999, MemorySegment.ofArray(Arrays.copyOf(data, 512))),
                new Frame.PassEnd(2),
                new Frame.Controller(state),
                new Frame.End());
    }

    /** The bytes of frames. */
    public static byte[] bytes(List<Frame> frames) {
        return read(new StreamWriter(source(frames)), 1 << 16);
    }

    static FrameSource source(List<Frame> frames) {
        Iterator<Frame> next = frames.iterator();
        return () -> next.hasNext() ? next.next() : null;
    }

    /** All that a writer has for now, so many bytes at a time. */
    static byte[] read(StreamWriter writer, int step) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] some = new byte[step];
        long count = step;
        while (count == step) {
            count = writer.read(MemorySegment.ofArray(some));
            all.write(some, 0, (int) count);
        }
        return all.toByteArray();
    }

    /** The frames of a stream; the data are copies. */
    static List<Frame> frames(byte[] stream, int step) {
        List<Frame> frames = new ArrayList<>();
        StreamReader reader = new StreamReader(frame -> frames.add(kept(frame)));
        write(reader, stream, step);
        reader.finish();
        return frames;
    }

    static void write(StreamReader reader, byte[] stream, int step) {
        for (int at = 0; at < stream.length; at += step) {
            int count = Math.min(step, stream.length - at);
            reader.write(MemorySegment.ofArray(stream).asSlice(at, count));
        }
    }

    /** What {@link #frames(byte[], int)} has to return of a stream of these. */
    static List<Frame> kept(List<Frame> frames) {
        return frames.stream().map(TestStreams::kept).toList();
    }

    /** Data as another frame's text, so that frames with the same content are equal. */
    private static Frame kept(Frame frame) {
        return frame instanceof Frame.Data d
                ? new Frame.Header(
                        StorageMode.SHARED, d.namespaceId() + "/" + d.firstBlock() + "/" + Bytes.of(d.data()))
                : frame;
    }

    /** A state of a controller that was never enabled: the least there is. */
    public static ControllerState leastState() {
        return new ControllerState(
                new ControllerLimits(SubsystemIdentity.of("S", "M"), 1, 0x1234, false, 1, 2, 1, 5),
                new RegisterState(0, false, false, false, false, 0, 0, 0, 0),
                Optional.empty(),
                List.of(),
                List.of(),
                Optional.empty(),
                List.of(),
                new EventState(List.of(), List.of(), List.of(), List.of(), List.of(), List.of()),
                List.of(),
                List.of(),
                List.of(),
                new LogState(0, 0, 0, 0, 0, 0, 0, 0, 0, false, false, false, false, false, 0, List.of()),
                new ClockState(0, false, 0, 0),
                List.of(),
                PciState.NONE);
    }
}
