package io.vfiouser.nvme.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.nvme.migration.RawState.Section;
import io.vfiouser.nvme.spec.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A state is decoded as it was encoded, or refused. */
class StateCodecTest {
    private static final int UNKNOWN_TAG = 4711;

    private static ControllerState decode(byte[] encoded) {
        return StateCodec.decode(MemorySegment.ofArray(encoded));
    }

    private static void assertRefused(ThrowingCallable call, String... parts) {
        assertThatThrownBy(call).isInstanceOf(StateRefusedException.class).hasMessageContainingAll(parts);
    }

    @Test
    void whatIsDecodedIsWhatWasEncoded() {
        for (int seed = 0; seed < 300; seed++) {
            ControllerState state = RandomStates.of(seed);
            assertThat(decode(StateCodec.encode(state))).as("seed %d", seed).isEqualTo(state);
        }
        ControllerState least = TestStreams.leastState();
        assertThat(decode(StateCodec.encode(least))).isEqualTo(least);
    }

    @Test
    void queuesStandWhereTheSpecificationPutsThem() {
        ControllerState state = new StateBuilder(TestStreams.leastState())
                .adminQueue(Optional.of(new QueuePairState(
                        new SubmissionQueueState(0, 0, 32, true, 0, 0, 0, 0, List.of()),
                        new CompletionQueueState(0, 0, 32, true, true, 0, 0, 0, true))))
                .submissionQueues(List.of(new SubmissionQueueState(
                        0x0506, 0x1122334455667788L, 65536, true, 2, 0x0203, 0x0a0b, 0x0c0d, List.of(7))))
                .completionQueues(List.of(new CompletionQueueState(
                        0x0203, 0x8877665544332211L, 1024, true, true, 0x1314, 0x0102, 0x0304, true)))
                .build();
        MemorySegment bytes = MemorySegment.ofArray(StateCodec.encode(state));
        assertThat(LittleEndian.u16(bytes, 0)).as("version").isZero();
        assertThat(LittleEndian.u8(bytes, 2)).as("suspended").isEqualTo(1);
        assertThat(LittleEndian.i64(bytes, 16)).as("dwords of NVMe's part").isEqualTo((8 + 24 + 24) / 4);
        assertThat(LittleEndian.i64(bytes, 24)).isZero();
        assertThat(LittleEndian.i64(bytes, 32) * 4)
                .as("dwords of the vendor's part")
                .isEqualTo(bytes.byteSize() - 48 - 56);
        assertThat(LittleEndian.u16(bytes, 48)).as("version").isZero();
        assertThat(LittleEndian.u16(bytes, 50)).as("submission queues").isEqualTo(1);
        assertThat(LittleEndian.u16(bytes, 52)).as("completion queues").isEqualTo(1);
        assertThat(Bytes.of(bytes.asSlice(56, 24)).toString())
                .isEqualTo("8877665544332211" + "ffff" + "0605" + "0302" + "0500" + "0b0a" + "0d0c" + "00000000");
        assertThat(Bytes.of(bytes.asSlice(80, 24)).toString())
                .isEqualTo("1122334455667788" + "ff03" + "0302" + "0201" + "0403" + "0700" + "1413" + "00000000");
        assertThat(decode(StateCodec.encode(state))).isEqualTo(state);
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] encoded = StateCodec.encode(RandomStates.of(3));
        for (int length = 0; length < encoded.length; length = length < 200 ? length + 1 : length + 13) {
            byte[] cut = Arrays.copyOf(encoded, length);
            assertThatThrownBy(() -> decode(cut)).isInstanceOf(StateRefusedException.class);
        }
        assertRefused(() -> decode(Arrays.copyOf(encoded, encoded.length + 4)), "follow the header");
    }

    /** No checksum stands before this: what a hostile source says is judged by itself. */
    @Test
    void whateverIsDamagedEndsInARefusalOrInAStateThatCanBeEncoded() {
        Random random = new Random(7);
        int refused = 0;
        for (int round = 0; round < 4000; round++) {
            byte[] encoded =
                    StateCodec.encode(round % 2 == 0 ? TestStreams.leastState() : RandomStates.of(random.nextInt(20)));
            int changes = 1 + random.nextInt(3);
            for (int i = 0; i < changes; i++) {
                encoded[random.nextInt(encoded.length)] = (byte) random.nextInt();
            }
            try {
                ControllerState state = decode(encoded);
                assertThat(decode(StateCodec.encode(state))).isEqualTo(state);
            } catch (StateRefusedException e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void anUnknownOptionalSectionIsSkippedAndARequiredOneRefused() {
        ControllerState state = RandomStates.of(8);
        RawState raw = new RawState(state);
        raw.sections.add(3, new Section(UNKNOWN_TAG, 9, 0, Bytes.of(new byte[7])));
        assertThat(raw.decode()).isEqualTo(state);
        raw.sections.set(3, new Section(UNKNOWN_TAG, 9, SectionWriter.REQUIRED, Bytes.of(new byte[7])));
        assertRefused(raw::decode, "section 4711", "must not be left out");
    }

    @Test
    void theOrderOfSectionsDoesNotMatter() {
        ControllerState state = RandomStates.of(8);
        RawState raw = new RawState(state);
        Collections.shuffle(raw.sections, new Random(1));
        assertThat(raw.decode()).isEqualTo(state);
    }

    @ParameterizedTest
    @EnumSource(StateSection.class)
    void everySectionIsRefusedTwiceAndWhenMissing(StateSection section) {
        ControllerState state = withAll();
        RawState twice = new RawState(state);
        twice.sections.add(twice.find(section));
        assertRefused(twice::decode, section.title(), "twice");
        RawState without = new RawState(state);
        without.sections.remove(without.find(section));
        if (section.always()) {
            assertRefused(without::decode, section.title(), "missing");
        } else if (section == StateSection.ADMIN_QUEUE) {
            assertRefused(without::decode, "no admin queue");
        } else {
            assertThat(without.decode().doorbellBuffers()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(StateSection.class)
    void aNewerSectionMayHaveFieldsBehindThoseKnownAndOneOfThisVersionMayNot(StateSection section) {
        ControllerState state = withAll();
        RawState raw = new RawState(state);
        Section extended = raw.find(section).extended(6);
        raw.replace(extended);
        assertRefused(raw::decode, section.title(), "6 bytes are left over");
        raw.replace(extended.withVersion(StateSection.VERSION + 1));
        assertThat(raw.decode()).isEqualTo(state);
        raw.replace(raw.find(section).withVersion(0));
        assertRefused(raw::decode, section.title(), "version 0");
    }

    @ParameterizedTest
    @EnumSource(StateSection.class)
    void aSectionThatIsCutOffIsRefusedByName(StateSection section) {
        RawState raw = new RawState(withAll());
        Section whole = raw.find(section);
        for (int length = 0; length < whole.payload().length(); length += length < 300 ? 1 : 97) {
            raw.replace(whole.withPayload(Bytes.of(Arrays.copyOf(whole.payload().toArray(), length))));
            assertRefused(raw::decode, section.title());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = StateSection.class,
            names = {"ABORTED_ENTRIES", "FEATURES", "COMMANDS", "COMPLETIONS", "INTERRUPTS", "NAMESPACES"})
    void aCountOfMoreThanThereIsOrMayBeIsRefusedBeforeAnythingIsAllocated(StateSection section) {
        RawState raw = new RawState(TestStreams.leastState());
        for (int count : new int[] {1, 1000, 60_000, Integer.MAX_VALUE, -1}) {
            byte[] payload = new byte[4];
            LittleEndian.putU32(MemorySegment.ofArray(payload), 0, count);
            raw.replace(raw.find(section).withPayload(Bytes.of(payload)));
            assertRefused(raw::decode, section.title());
        }
    }

    private static ControllerState withAll() {
        for (int seed = 0; ; seed++) {
            ControllerState state = RandomStates.of(seed);
            if (state.doorbellBuffers().isPresent()) {
                return state;
            }
        }
    }
}
