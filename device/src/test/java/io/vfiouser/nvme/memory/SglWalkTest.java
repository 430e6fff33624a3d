package io.vfiouser.nvme.memory;

import static io.vfiouser.nvme.spec.SglDescriptor.BIT_BUCKET;
import static io.vfiouser.nvme.spec.SglDescriptor.DATA_BLOCK;
import static io.vfiouser.nvme.spec.SglDescriptor.KEYED_DATA_BLOCK;
import static io.vfiouser.nvme.spec.SglDescriptor.LAST_SEGMENT;
import static io.vfiouser.nvme.spec.SglDescriptor.SEGMENT;
import static io.vfiouser.nvme.spec.SglDescriptor.TRANSPORT_DATA_BLOCK;
import static io.vfiouser.nvme.spec.SglDescriptor.VENDOR_SPECIFIC;
import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.ThreadAllocation;
import io.vfiouser.nvme.spec.SglDescriptor;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SglWalkTest {
    private static final long IOVA = 0x10_0000;
    private static final long READ_ONLY = 0x1000;
    private static final long WRITE_ONLY = 0x8000;
    private static final long NOT_MAPPED = 0x7000_0000_0000L;
    private static final int MEMORY_BYTES = 1 << 20;
    private static final long LIST = IOVA + 0x8_0000;
    private static final long SECOND_LIST = IOVA + 0x9_0000;
    private static final long THIRD_LIST = IOVA + 0xA_0000;

    private final MemorySegment memory = Arena.ofAuto().allocate(MEMORY_BYTES, 4096);
    private final List<String> dirty = new ArrayList<>();
    private final GuestRegion region = new GuestRegion(
            IOVA,
            memory,
            true,
            true,
            (offset, length) -> dirty.add(Long.toHexString(offset) + "+" + Long.toHexString(length)));
    private final RegionTable table = RegionTable.of(List.of(
            region,
            new GuestRegion(READ_ONLY, memory.asSlice(0, 0x4000).asReadOnly(), true, false, DirtyMarker.NONE),
            new GuestRegion(WRITE_ONLY, memory.asSlice(0, 0x4000), false, true, DirtyMarker.NONE)));
    private final SglWalk walk = new SglWalk();
    private final GuestBuffer buffer = new GuestBuffer();

    private record Descriptor(long address, long lengthBytes, int identifier) {
        long second() {
            return SglDescriptor.lengthAndType(lengthBytes, identifier);
        }
    }

    private static Descriptor data(long address, long lengthBytes) {
        return new Descriptor(address, lengthBytes, DATA_BLOCK);
    }

    private static Descriptor bucket(long lengthBytes) {
        return new Descriptor(-1, lengthBytes, BIT_BUCKET);
    }

    private static Descriptor segment(long address, long descriptors) {
        return new Descriptor(address, 16 * descriptors, SEGMENT);
    }

    private static Descriptor last(long address, long descriptors) {
        return new Descriptor(address, 16 * descriptors, LAST_SEGMENT);
    }

    private void list(long at, Descriptor... descriptors) {
        long offset = at - IOVA;
        for (Descriptor d : descriptors) {
            SglDescriptor.write(memory, offset, d.address, d.lengthBytes, d.identifier);
            offset += SglDescriptor.LENGTH_BYTES;
        }
    }

    private StatusCode resolve(Descriptor inCommand, long length) {
        return resolve(inCommand, length, Direction.TO_GUEST);
    }

    private StatusCode resolve(Descriptor inCommand, long length, Direction direction) {
        return walk.resolve(table, inCommand.address, inCommand.second(), length, direction, buffer);
    }

    /** A list of these as the last segment. */
    private StatusCode resolveList(long length, Descriptor... descriptors) {
        list(LIST, descriptors);
        return resolve(last(LIST, descriptors.length), length);
    }

    private List<String> pieces() {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < buffer.segments().size(); i++) {
            String where = isGuest(i) ? Long.toHexString(buffer.segments().offset(i)) : "discarded";
            all.add(where + "+" + Long.toHexString(buffer.segments().length(i)));
        }
        return all;
    }

    private boolean isGuest(int piece) {
        long distance = buffer.segments().segment(piece).address() - memory.address();
        return distance >= 0 && distance < MEMORY_BYTES;
    }

    @Test
    void oneDataBlockInTheCommandMayStartAndEndAnywhere() {
        assertThat(resolve(data(IOVA + 0x1235, 0x1001), 0x1001)).isEqualTo(StatusCode.SUCCESS);
        assertThat(pieces()).containsExactly("1235+1001");
        assertThat(buffer.totalBytes()).isEqualTo(0x1001);
    }

    @Test
    void whatIsLongerThanTheDataIsCut() {
        assertThat(resolve(data(IOVA + 0x1000, 0x8000), 0x200)).isEqualTo(StatusCode.SUCCESS);
        assertThat(pieces()).containsExactly("1000+200");
        assertThat(resolve(data(IOVA + MEMORY_BYTES - 0x200, 0x8000), 0x200))
                .as("what is not used need not be mapped")
                .isEqualTo(StatusCode.SUCCESS);
    }

    @Test
    void whatIsShorterThanTheDataIsRefused() {
        assertThat(resolve(data(IOVA + 0x1000, 0x1FF), 0x200)).isEqualTo(StatusCode.DATA_SGL_LENGTH_INVALID);
        assertThat(resolve(data(IOVA, 0), 0x200)).isEqualTo(StatusCode.DATA_SGL_LENGTH_INVALID);
        assertThat(resolveList(0x200, data(IOVA, 0x100), data(IOVA, 0xFF)))
                .isEqualTo(StatusCode.DATA_SGL_LENGTH_INVALID);
    }

    @Test
    void dataBlocksOfAListFollowOneAnotherAndNeighboursAreMerged() {
        assertThat(resolveList(0x605, data(IOVA + 1, 0x200), data(IOVA + 0x201, 3), data(IOVA + 0x7001, 0x402)))
                .isEqualTo(StatusCode.SUCCESS);
        assertThat(pieces()).containsExactly("1+203", "7001+402");
    }

    @Test
    void dataBlocksOfNoLengthAreSkippedWhereverTheyPoint() {
        assertThat(resolveList(
                        0x200,
                        data(0, 0),
                        data(NOT_MAPPED, 0),
                        data(-1, 0),
                        data(IOVA, 0x100),
                        data(0, 0),
                        data(IOVA + 0x500, 0x100)))
                .isEqualTo(StatusCode.SUCCESS);
        assertThat(pieces()).containsExactly("0+100", "500+100");
    }

    @Test
    void segmentsAreFollowedToTheLast() {
        list(LIST, data(IOVA, 0x100), segment(SECOND_LIST + 8, 3));
        list(SECOND_LIST + 8, data(IOVA + 0x1000, 0x100), data(IOVA + 0x3000, 0x100), last(THIRD_LIST, 2));
        list(THIRD_LIST, data(IOVA + 0x5000, 0x80), data(IOVA + 0x7000, 0x80));

        assertThat(resolve(segment(LIST, 2), 0x400)).isEqualTo(StatusCode.SUCCESS);
        assertThat(pieces()).containsExactly("0+100", "1000+100", "3000+100", "5000+80", "7000+80");
    }

    @Test
    void aSegmentOfOnlyASegmentDescriptorIsLegal() {
        list(LIST, segment(SECOND_LIST, 1));
        list(SECOND_LIST, last(THIRD_LIST, 1));
        list(THIRD_LIST, data(IOVA, 0x200));

        assertThat(resolve(segment(LIST, 1), 0x200)).isEqualTo(StatusCode.SUCCESS);
        assertThat(pieces()).containsExactly("0+200");
    }

    @Test
    void aSegmentThatWasNotAnnouncedAsTheLastMayEndTheList() {
        list(LIST, data(IOVA, 0x100), data(IOVA + 0x300, 0x100));

        assertThat(resolve(segment(LIST, 2), 0x200)).isEqualTo(StatusCode.SUCCESS);
        assertThat(resolve(segment(LIST, 2), 0x201)).isEqualTo(StatusCode.DATA_SGL_LENGTH_INVALID);
    }

    @Test
    void whatFollowsTheDataIsNotLookedAt() {
        list(LIST, data(IOVA, 0x200), data(NOT_MAPPED, 0x200), segment(1, 1), new Descriptor(0, 0, VENDOR_SPECIFIC));

        assertThat(resolve(last(LIST, 4), 0x200)).isEqualTo(StatusCode.SUCCESS);
        assertThat(resolve(segment(LIST, 4), 0x200)).isEqualTo(StatusCode.SUCCESS);
        assertThat(resolve(segment(LIST, 0xFFF_FFFF), 0x200))
                .as("a segment needs to be mapped only as far as it is used")
                .isEqualTo(StatusCode.SUCCESS);
    }

    @Test
    void bitBucketsTakeDataAwayFromTheGuest() {
        assertThat(resolveList(0x600, data(IOVA, 0x100), bucket(0x301), data(IOVA + 0x100, 0x1FF)))
                .isEqualTo(StatusCode.SUCCESS);
        assertThat(pieces()).containsExactly("0+100", "discarded+301", "100+1ff");
        assertThat(buffer.totalBytes()).isEqualTo(0x600);

        buffer.segments().copyFrom(MemorySegment.ofArray(new byte[0x600]), 0);
        buffer.markDirty();
        assertThat(dirty).containsExactly("0+100", "100+1ff");
    }

    @Test
    void whatWasABitBucketBeforeIsMarkedAgainWhenItIsGuestMemory() {
        resolveList(0x300, data(IOVA, 0x100), bucket(0x100), data(IOVA + 0x300, 0x100));
        resolveList(0x300, data(IOVA, 0x100), data(IOVA + 0x300, 0x100), bucket(0x100));

        buffer.markDirty();
        assertThat(dirty).containsExactly("0+100", "300+100");
    }

    @Test
    void aBitBucketMayBeLongerThanTheAreaItsDataGoesTo() {
        int length = (1 << 20) + 5;
        assertThat(resolveList(length + 0x10L, bucket(length), data(IOVA, 0x10)))
                .isEqualTo(StatusCode.SUCCESS);
        assertThat(buffer.totalBytes()).isEqualTo(length + 0x10L);
        assertThat(pieces().getLast()).isEqualTo("0+10");

        assertThat(resolve(bucket(0xFFFF_FFFFL), 0x200)).isEqualTo(StatusCode.SUCCESS);
        assertThat(pieces()).containsExactly("discarded+200");
    }

    @Test
    void bitBucketsCountForNothingWhereTheGuestIsTheSource() {
        list(LIST, data(IOVA, 0x100), bucket(0x300), data(IOVA + 0x500, 0x100), bucket(0x300));

        assertThat(resolve(last(LIST, 4), 0x200, Direction.FROM_GUEST)).isEqualTo(StatusCode.SUCCESS);
        assertThat(pieces()).containsExactly("0+100", "500+100");
        assertThat(resolve(last(LIST, 4), 0x201, Direction.FROM_GUEST)).isEqualTo(StatusCode.DATA_SGL_LENGTH_INVALID);
        assertThat(resolve(bucket(0x200), 0x200, Direction.FROM_GUEST)).isEqualTo(StatusCode.DATA_SGL_LENGTH_INVALID);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                DATA_BLOCK | 1,
                BIT_BUCKET | 1,
                SEGMENT | 1,
                LAST_SEGMENT | 1,
                DATA_BLOCK | 0xA,
                KEYED_DATA_BLOCK,
                TRANSPORT_DATA_BLOCK,
                0x60,
                0xE0,
                VENDOR_SPECIFIC
            })
    void otherTypesAndSubTypesAreInvalid(int identifier) {
        Descriptor bad = new Descriptor(LIST, 0x200, identifier);

        assertThat(resolve(bad, 0x200)).isEqualTo(StatusCode.SGL_DESCRIPTOR_TYPE_INVALID);
        assertThat(resolve(bad, 0x200, Direction.FROM_GUEST)).isEqualTo(StatusCode.SGL_DESCRIPTOR_TYPE_INVALID);
        assertThat(resolveList(0x200, data(IOVA, 0x100), bad, data(IOVA, 0x100)))
                .isEqualTo(StatusCode.SGL_DESCRIPTOR_TYPE_INVALID);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 8, 15, 17, 24, 0xFFFF_FFFFL})
    void theLengthOfASegmentIsAMultipleOf16(long length) {
        list(LIST, data(IOVA, 0x200), data(IOVA, 0x200));

        assertThat(resolve(new Descriptor(LIST, length, SEGMENT), 0x200))
                .isEqualTo(StatusCode.INVALID_SGL_SEGMENT_DESCRIPTOR);
        assertThat(resolve(new Descriptor(LIST, length, LAST_SEGMENT), 0x200))
                .isEqualTo(StatusCode.INVALID_SGL_SEGMENT_DESCRIPTOR);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 4, 7, 12})
    void aSegmentStartsAtAQword(long offset) {
        assertThat(resolve(segment(LIST + offset, 1), 0x200)).isEqualTo(StatusCode.INVALID_SGL_SEGMENT_DESCRIPTOR);
        assertThat(resolve(last(LIST + offset, 1), 0x200)).isEqualTo(StatusCode.INVALID_SGL_SEGMENT_DESCRIPTOR);
    }

    @ParameterizedTest
    @ValueSource(ints = {SEGMENT, LAST_SEGMENT})
    void onlyTheLastDescriptorOfASegmentLeadsToTheNext(int identifier) {
        list(SECOND_LIST, data(IOVA, 0x400));
        list(LIST, data(IOVA, 0x100), new Descriptor(SECOND_LIST, 16, identifier), data(IOVA, 0x300));

        assertThat(resolve(segment(LIST, 3), 0x400)).isEqualTo(StatusCode.INVALID_NUMBER_OF_SGL_DESCRIPTORS);
        assertThat(resolve(segment(LIST, 2), 0x400)).isEqualTo(StatusCode.SUCCESS);
    }

    @ParameterizedTest
    @ValueSource(ints = {SEGMENT, LAST_SEGMENT})
    void aLastSegmentLeadsNowhere(int identifier) {
        list(SECOND_LIST, data(IOVA, 0x400));
        list(LIST, data(IOVA, 0x100), new Descriptor(SECOND_LIST, 16, identifier), data(IOVA, 0x300));

        assertThat(resolve(last(LIST, 2), 0x400)).isEqualTo(StatusCode.INVALID_SGL_SEGMENT_DESCRIPTOR);
        assertThat(resolve(last(LIST, 3), 0x400)).isEqualTo(StatusCode.INVALID_SGL_SEGMENT_DESCRIPTOR);
    }

    @Test
    void nothingReachesBeyondTheEndOfTheAddressSpace() {
        assertThat(resolve(data(-0x100, 0x101), 0x80)).isEqualTo(StatusCode.DATA_SGL_LENGTH_INVALID);
        assertThat(resolve(data(-0x100, 0x100), 0x80))
                .as("up to the end is a range like any other, which is not mapped here")
                .isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
        assertThat(resolve(segment(-0x10, 2), 0x80)).isEqualTo(StatusCode.DATA_SGL_LENGTH_INVALID);
        assertThat(resolve(last(-0x10, 2), 0x80)).isEqualTo(StatusCode.DATA_SGL_LENGTH_INVALID);
        assertThat(resolve(segment(-0x10, 1), 0x80)).isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
    }

    @Test
    void theEndOfTheAddressSpaceMayBeUsed() {
        MemorySegment end = Arena.ofAuto().allocate(0x1000);
        MemorySegment start = Arena.ofAuto().allocate(0x1000);
        RegionTable both = RegionTable.of(List.of(GuestRegion.of(-0x1000, end), GuestRegion.of(0, start)));
        SglDescriptor.write(end, 0xFF0, -0x800, 0x200, DATA_BLOCK);

        assertThat(walk.resolve(
                        both, -0x10, SglDescriptor.lengthAndType(16, LAST_SEGMENT), 0x200, Direction.TO_GUEST, buffer))
                .isEqualTo(StatusCode.SUCCESS);
        assertThat(walk.resolve(
                        both,
                        -0x200,
                        SglDescriptor.lengthAndType(0x400, DATA_BLOCK),
                        0x400,
                        Direction.TO_GUEST,
                        buffer))
                .isEqualTo(StatusCode.DATA_SGL_LENGTH_INVALID);
    }

    @Test
    void memoryThatIsNotMappedIsADataTransferError() {
        assertThat(resolve(data(NOT_MAPPED, 0x200), 0x200)).isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
        assertThat(resolve(data(IOVA + MEMORY_BYTES - 0x1FF, 0x200), 0x200)).isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
        assertThat(resolve(segment(NOT_MAPPED, 1), 0x200)).isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
        assertThat(resolve(last(IOVA + MEMORY_BYTES - 8, 1), 0x200)).isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
        assertThat(resolveList(0x200, data(IOVA, 0x100), data(NOT_MAPPED, 0x100)))
                .isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
    }

    @Test
    void memoryIsUsedOnlyInTheDirectionItIsMappedFor() {
        assertThat(resolve(data(READ_ONLY, 0x200), 0x200)).isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
        assertThat(resolve(data(READ_ONLY, 0x200), 0x200, Direction.FROM_GUEST)).isEqualTo(StatusCode.SUCCESS);
        assertThat(resolve(data(WRITE_ONLY, 0x200), 0x200)).isEqualTo(StatusCode.SUCCESS);
        assertThat(resolve(data(WRITE_ONLY, 0x200), 0x200, Direction.FROM_GUEST))
                .isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
        list(IOVA, data(IOVA + 0x1000, 0x200));
        assertThat(resolve(last(READ_ONLY, 1), 0x200)).as("a list is read").isEqualTo(StatusCode.SUCCESS);
        assertThat(resolve(last(WRITE_ONLY, 1), 0x200)).isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
    }

    @Test
    void dataAndDescriptorsMayCrossFromOneRegionIntoTheNext() {
        MemorySegment low = Arena.ofAuto().allocate(0x1000);
        MemorySegment high = Arena.ofAuto().allocate(0x1000);
        RegionTable two = RegionTable.of(List.of(GuestRegion.of(0x1000, low), GuestRegion.of(0x2000, high)));
        low.set(ValueLayout.JAVA_LONG, 0xFF8, 0x1F01);
        high.set(ValueLayout.JAVA_LONG, 0, SglDescriptor.lengthAndType(0x200, DATA_BLOCK));

        assertThat(walk.resolve(
                        two,
                        0x1FF8,
                        SglDescriptor.lengthAndType(16, LAST_SEGMENT),
                        0x200,
                        Direction.FROM_GUEST,
                        buffer))
                .isEqualTo(StatusCode.SUCCESS);
        assertThat(buffer.segments().size()).isEqualTo(2);
        assertThat(buffer.segments().offset(0)).isEqualTo(0xF01);
        assertThat(buffer.segments().length(0)).isEqualTo(0xFF);
        assertThat(buffer.segments().offset(1)).isZero();
        assertThat(buffer.segments().length(1)).isEqualTo(0x101);
    }

    @Test
    void endlessChainsAreGivenUp() {
        list(LIST, segment(LIST, 1));
        assertThat(resolve(segment(LIST, 1), 0x200)).isEqualTo(StatusCode.INVALID_NUMBER_OF_SGL_DESCRIPTORS);

        list(LIST, data(0, 0), segment(SECOND_LIST, 2));
        list(SECOND_LIST, data(0, 0), segment(LIST, 2));
        assertThat(resolve(segment(LIST, 2), 0x200)).isEqualTo(StatusCode.INVALID_NUMBER_OF_SGL_DESCRIPTORS);

        memory.fill((byte) 0);
        assertThat(resolve(last(IOVA, 0xFFF_FFFF), 0x200)).isEqualTo(StatusCode.INVALID_NUMBER_OF_SGL_DESCRIPTORS);
    }

    @Test
    void asManyDescriptorsAsAreAllowedAreTakenAndNotOneMore() {
        int inList = SglWalk.MAXIMUM_DESCRIPTORS - 1;
        Descriptor[] all = new Descriptor[inList + 1];
        for (int i = 0; i < all.length; i++) {
            all[i] = data(IOVA + 2L * i, 1);
        }
        assertThat(resolveList(inList, all)).isEqualTo(StatusCode.SUCCESS);
        assertThat(buffer.segments().size()).isEqualTo(inList);
        assertThat(resolveList(inList + 1, all)).isEqualTo(StatusCode.INVALID_NUMBER_OF_SGL_DESCRIPTORS);
    }

    @Test
    void theFormOfTheDataPointerDecides() {
        DataPointer pointer = new DataPointer();
        list(LIST, data(IOVA + 1, 0x200));
        long second = SglDescriptor.lengthAndType(16, LAST_SEGMENT);

        assertThat(pointer.resolve(
                        table, SubmissionEntry.PSDT_SGL, LIST, second, 0x200, 12, Direction.TO_GUEST, buffer))
                .isEqualTo(StatusCode.SUCCESS);
        assertThat(pieces()).containsExactly("1+200");
        assertThat(pointer.resolve(
                        table,
                        SubmissionEntry.PSDT_SGL_METADATA_SGL,
                        LIST,
                        second,
                        0x200,
                        12,
                        Direction.TO_GUEST,
                        buffer))
                .isEqualTo(StatusCode.SUCCESS);
        assertThat(pointer.resolve(
                        table, SubmissionEntry.PSDT_PRP, IOVA + 4, second, 0x200, 12, Direction.TO_GUEST, buffer))
                .isEqualTo(StatusCode.SUCCESS);
        assertThat(pieces()).containsExactly("4+200");
        assertThat(pointer.resolve(table, 3, LIST, second, 0x200, 12, Direction.TO_GUEST, buffer))
                .isEqualTo(StatusCode.INVALID_FIELD);
    }

    @Test
    void aBufferOfWorkingSizeIsFilledWithoutAllocation() {
        list(LIST, data(IOVA, 0x101), bucket(0x2_0000), data(IOVA + 0x400, 0xFF), last(SECOND_LIST, 1));
        list(SECOND_LIST, data(IOVA + 0x800, 0x200));
        Descriptor first = segment(LIST, 4);
        long second = first.second();
        long length = 0x2_0400;
        for (int i = 0; i < 20_000; i++) {
            assertThat(walk.resolve(table, LIST, second, length, Direction.TO_GUEST, buffer) == StatusCode.SUCCESS)
                    .isTrue();
        }
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            long before = ThreadAllocation.bytes();
            for (int i = 0; i < 1000; i++) {
                walk.resolve(table, LIST, second, length, Direction.TO_GUEST, buffer);
            }
            least = Math.min(least, ThreadAllocation.bytes() - before);
        }
        assertThat(least).isZero();
    }

    @Test
    void randomListsAreResolvedAsASimpleModelDoes() {
        Random random = new Random(7);
        Map<StatusCode, Integer> outcomes = new EnumMap<>(StatusCode.class);
        for (int round = 0; round < 200_000; round++) {
            for (int i = 0; i < 8; i++) {
                list(LIST + i * 16L, random(random));
            }
            Descriptor inCommand = random(random);
            long length = random.nextLong(1, 0x601);
            Direction direction = random.nextBoolean() ? Direction.TO_GUEST : Direction.FROM_GUEST;

            List<Integer> expected = new ArrayList<>();
            StatusCode wanted = model(inCommand, length, direction, expected);
            StatusCode got = resolve(inCommand, length, direction);
            assertThat(got).as("round %d", round).isEqualTo(wanted);
            if (got.isSuccess()) {
                assertThat(bytes()).as("round %d", round).isEqualTo(expected);
            }
            outcomes.merge(got, 1, Integer::sum);
        }
        assertThat(List.of(
                        StatusCode.SUCCESS,
                        StatusCode.DATA_TRANSFER_ERROR,
                        StatusCode.DATA_SGL_LENGTH_INVALID,
                        StatusCode.SGL_DESCRIPTOR_TYPE_INVALID,
                        StatusCode.INVALID_SGL_SEGMENT_DESCRIPTOR,
                        StatusCode.INVALID_NUMBER_OF_SGL_DESCRIPTORS))
                .as("each outcome is met often")
                .allSatisfy(status -> assertThat(outcomes.get(status)).isGreaterThan(500));
    }

    private static Descriptor random(Random random) {
        int identifier = switch (random.nextInt(20)) {
            case 0 -> random.nextInt(256);
            case 1, 2, 3, 4 -> SEGMENT;
            case 5, 6, 7, 8 -> LAST_SEGMENT;
            case 9, 10, 11 -> BIT_BUCKET;
            default -> DATA_BLOCK;
        };
        if (identifier == SEGMENT || identifier == LAST_SEGMENT) {
            long at = LIST + 8L * random.nextInt(12);
            long length = 16L * random.nextInt(1, 5);
            return switch (random.nextInt(30)) {
                case 0 -> new Descriptor(at + random.nextInt(8), length, identifier);
                case 1 -> new Descriptor(at, length + random.nextInt(16), identifier);
                case 2 -> new Descriptor(at, 0, identifier);
                case 3 -> new Descriptor(-8, length, identifier);
                case 4 -> new Descriptor(NOT_MAPPED, length, identifier);
                default -> new Descriptor(at, length, identifier);
            };
        }
        long length = random.nextInt(4) == 0 ? 0 : random.nextInt(0x400);
        return switch (random.nextInt(30)) {
            case 0 -> new Descriptor(NOT_MAPPED, length, identifier);
            case 1 -> new Descriptor(READ_ONLY + random.nextInt(0x1000), length, identifier);
            case 2 -> new Descriptor(WRITE_ONLY + random.nextInt(0x1000), length, identifier);
            case 3 -> new Descriptor(IOVA + MEMORY_BYTES - random.nextInt(0x400), length, identifier);
            case 4 -> new Descriptor(-random.nextInt(0x400), length, identifier);
            default -> new Descriptor(IOVA + random.nextInt(0x4000), length, identifier);
        };
    }

    /**
     * What the walk has to do, byte by byte and by recursion. Bytes are offsets into the memory, -1 for discarded ones.
     */
    private StatusCode model(Descriptor inCommand, long length, Direction direction, List<Integer> bytes) {
        int[] budget = {SglWalk.MAXIMUM_DESCRIPTORS};
        return modelOf(List.of(inCommand), false, length, direction, bytes, budget);
    }

    private StatusCode modelOf(
            List<Descriptor> segment,
            boolean isLast,
            long wanted,
            Direction direction,
            List<Integer> bytes,
            int[] budget) {
        for (int i = 0; i < segment.size(); i++) {
            if (budget[0]-- == 0) {
                return StatusCode.INVALID_NUMBER_OF_SGL_DESCRIPTORS;
            }
            Descriptor d = segment.get(i);
            if (d.equals(UNMAPPED)) {
                return StatusCode.DATA_TRANSFER_ERROR;
            }
            boolean wraps = d.lengthBytes > 0 && Long.compareUnsigned(d.address, -d.lengthBytes) > 0;
            if (d.identifier == DATA_BLOCK) {
                if (wraps) {
                    return StatusCode.DATA_SGL_LENGTH_INVALID;
                }
                for (long b = 0; b < d.lengthBytes && bytes.size() < wanted; b++) {
                    int offset = offset(d.address + b, direction);
                    if (offset < 0) {
                        return StatusCode.DATA_TRANSFER_ERROR;
                    }
                    bytes.add(offset);
                }
            } else if (d.identifier == BIT_BUCKET) {
                for (long b = 0; b < d.lengthBytes && bytes.size() < wanted && direction == Direction.TO_GUEST; b++) {
                    bytes.add(-1);
                }
            } else if (d.identifier == SEGMENT || d.identifier == LAST_SEGMENT) {
                if (isLast) {
                    return StatusCode.INVALID_SGL_SEGMENT_DESCRIPTOR;
                }
                if (i < segment.size() - 1) {
                    return StatusCode.INVALID_NUMBER_OF_SGL_DESCRIPTORS;
                }
                if (d.lengthBytes == 0 || d.lengthBytes % 16 != 0 || d.address % 8 != 0) {
                    return StatusCode.INVALID_SGL_SEGMENT_DESCRIPTOR;
                }
                if (wraps) {
                    return StatusCode.DATA_SGL_LENGTH_INVALID;
                }
                List<Descriptor> next = new ArrayList<>();
                for (long at = d.address; at != d.address + d.lengthBytes; at += 16) {
                    next.add(read(at));
                }
                return modelOf(next, d.identifier == LAST_SEGMENT, wanted, direction, bytes, budget);
            } else {
                return StatusCode.SGL_DESCRIPTOR_TYPE_INVALID;
            }
            if (bytes.size() == wanted) {
                return StatusCode.SUCCESS;
            }
        }
        return StatusCode.DATA_SGL_LENGTH_INVALID;
    }

    private static final Descriptor UNMAPPED = new Descriptor(0, 0, -1);

    private Descriptor read(long at) {
        if (at < IOVA || at > IOVA + MEMORY_BYTES - 16) {
            return UNMAPPED;
        }
        long second = SglDescriptor.lengthAndType(memory, at - IOVA);
        return new Descriptor(
                SglDescriptor.address(memory, at - IOVA),
                SglDescriptor.lengthBytes(second),
                SglDescriptor.identifier(second));
    }

    private static int offset(long address, Direction direction) {
        if (address >= IOVA && address < IOVA + MEMORY_BYTES) {
            return (int) (address - IOVA);
        }
        long only = direction == Direction.FROM_GUEST ? READ_ONLY : WRITE_ONLY;
        return address >= only && address < only + 0x4000 ? (int) (address - only) : -1;
    }

    private List<Integer> bytes() {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < buffer.segments().size(); i++) {
            long base = buffer.segments().segment(i).address()
                    - memory.address()
                    + buffer.segments().offset(i);
            for (long b = 0; b < buffer.segments().length(i); b++) {
                all.add(isGuest(i) ? (int) (base + b) : -1);
            }
        }
        return all;
    }
}
