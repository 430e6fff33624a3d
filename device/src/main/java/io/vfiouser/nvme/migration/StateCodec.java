package io.vfiouser.nvme.migration;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;

/**
 * A controller's state as bytes, little-endian: the Controller State of Base 2.1, section 8.1.12. The I/O queues stand in the NVMe
 * Controller State, as it defines it; all else in its vendor specific part.
 *
 * <p>That part consists of sections: tag u32, version u16, flags u16 (bit 0: required), payload length u32, payload, zeroes up to a whole
 * dword. The order does not matter. A section that a reader does not know is skipped, unless it is required. Sections are only ever
 * extended behind their last field, and then have the next version: a reader passes over bytes left over in a section of a version above
 * the one it knows, and gives what an earlier version has not the value it had before there was such a field. What must not be passed over
 * goes into a required section of its own.
 *
 * <p>What is decoded is what was encoded, equal in every component.
 */
public final class StateCodec {
    /** Attribute: the controller was suspended, so that the state was not changing. */
    private static final int SUSPENDED = 1;

    private static final int VERSION = 0;
    private static final int HEADER_BYTES = 48;
    private static final int HEADER_RESERVED_BYTES = 13;

    private StateCodec() {}

    /**
     * Encodes a state.
     *
     * @throws StateRefusedException if it contradicts itself or has a value that no controller can have, so that nobody would decode it
     */
    public static byte[] encode(ControllerState state) {
        StateCheck.check(state);
        FieldWriter queues = new FieldWriter("the I/O queues");
        QueueCodec.writeQueues(queues, state.submissionQueues(), state.completionQueues());
        FieldWriter vendor = new FieldWriter("the state");
        writeSections(new SectionWriter(vendor), state);

        FieldWriter out = new FieldWriter("the state");
        out.u16(VERSION);
        out.u8(SUSPENDED);
        out.raw(new byte[HEADER_RESERVED_BYTES]);
        writeDwords(out, queues.size());
        writeDwords(out, vendor.size());
        out.raw(queues.toArray());
        out.raw(vendor.toArray());
        out.require(
                out.size() <= StreamFormat.LARGEST_STATE_BYTES,
                "it takes %d bytes, and at most %d are allowed",
                out.size(),
                StreamFormat.LARGEST_STATE_BYTES);
        return out.toArray();
    }

    /**
     * Decodes a state.
     *
     * @param encoded all of it, and nothing else; not to change meanwhile, not needed afterwards
     * @throws StateRefusedException if it cannot be read, is not complete, or contradicts itself
     */
    public static ControllerState decode(MemorySegment encoded) {
        FieldReader in = new FieldReader("the state", encoded, false);
        int version = in.u16();
        in.require(version == VERSION, "its version is %d, and this program reads %d", version, VERSION);
        in.require((in.u8() & SUSPENDED) != 0, "the controller was not suspended when it was saved");
        in.raw(HEADER_RESERVED_BYTES);
        long queueBytes = readDwords(in);
        long vendorBytes = readDwords(in);
        in.require(
                queueBytes + vendorBytes == encoded.byteSize() - HEADER_BYTES,
                "its parts have %d and %d bytes, and %d follow the header",
                queueBytes,
                vendorBytes,
                encoded.byteSize() - HEADER_BYTES);
        FieldReader queues = new FieldReader("the I/O queues", in.raw(queueBytes), false);
        SectionReader sections = new SectionReader(in.raw(vendorBytes));
        ControllerState state = read(queues, sections);
        StateCheck.check(state);
        return state;
    }

    private static void writeSections(SectionWriter out, ControllerState s) {
        out.add(StateSection.LIMITS, f -> LimitsCodec.write(f, s.limits()));
        out.add(StateSection.REGISTERS, f -> RegisterCodec.write(f, s.registers()));
        s.adminQueue().ifPresent(pair -> out.add(StateSection.ADMIN_QUEUE, f -> QueueCodec.writePair(f, pair)));
        out.add(StateSection.ABORTED_ENTRIES, f -> QueueCodec.writeAborted(f, s.submissionQueues()));
        s.doorbellBuffers()
                .ifPresent(b -> out.add(StateSection.DOORBELL_BUFFERS, f -> DoorbellBufferCodec.write(f, b)));
        out.add(StateSection.FEATURES, f -> FeatureCodec.write(f, s.features()));
        out.add(StateSection.EVENTS, f -> EventCodec.write(f, s.events()));
        out.add(StateSection.COMMANDS, f -> CommandCodec.writeCommands(f, s.commands()));
        out.add(StateSection.COMPLETIONS, f -> CommandCodec.writeCompletions(f, s.completions()));
        out.add(StateSection.INTERRUPTS, f -> CommandCodec.writeInterrupts(f, s.pendingInterrupts()));
        out.add(StateSection.LOGS, f -> LogCodec.write(f, s.logs()));
        out.add(StateSection.CLOCKS, f -> ClockCodec.write(f, s.clocks()));
        out.add(StateSection.NAMESPACES, f -> NamespaceCodec.write(f, s.namespaces()));
        out.add(StateSection.PCI, f -> PciCodec.write(f, s.pci()));
    }

    private static ControllerState read(FieldReader queues, SectionReader in) {
        Map<Integer, List<Integer>> aborted = in.read(StateSection.ABORTED_ENTRIES, QueueCodec::readAborted);
        QueueCodec.Queues io = QueueCodec.readQueues(queues, aborted);
        return new ControllerState(
                in.read(StateSection.LIMITS, LimitsCodec::read),
                in.read(StateSection.REGISTERS, RegisterCodec::read),
                in.readIfPresent(StateSection.ADMIN_QUEUE, QueueCodec::readPair),
                io.submission(),
                io.completion(),
                in.readIfPresent(StateSection.DOORBELL_BUFFERS, DoorbellBufferCodec::read),
                in.read(StateSection.FEATURES, FeatureCodec::read),
                in.read(StateSection.EVENTS, EventCodec::read),
                in.read(StateSection.COMMANDS, CommandCodec::readCommands),
                in.read(StateSection.COMPLETIONS, CommandCodec::readCompletions),
                in.read(StateSection.INTERRUPTS, CommandCodec::readInterrupts),
                in.read(StateSection.LOGS, LogCodec::read),
                in.read(StateSection.CLOCKS, ClockCodec::read),
                in.read(StateSection.NAMESPACES, NamespaceCodec::read),
                in.read(StateSection.PCI, PciCodec::read));
    }

    /** A size in bytes as a number of dwords in 128 bits. */
    private static void writeDwords(FieldWriter out, int bytes) {
        out.u64(bytes / Integer.BYTES);
        out.u64(0);
    }

    private static long readDwords(FieldReader in) {
        long dwords = in.u64();
        long high = in.u64();
        in.require(
                high == 0 && dwords >= 0 && dwords <= StreamFormat.LARGEST_STATE_BYTES / Integer.BYTES,
                "a part is larger than %d bytes",
                StreamFormat.LARGEST_STATE_BYTES);
        return dwords * Integer.BYTES;
    }
}
