package io.vfiouser.nvme.subsystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.nvme.block.BlockIdentity;
import io.vfiouser.nvme.block.FileBlockDevice;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.block.RamBlockDevicePool;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A subsystem passes for the one that a host knows, and says why where it cannot. */
@Timeout(30)
class AdoptionTest {
    private static final SubsystemIdentity KNOWN = SubsystemIdentity.of("KNOWN", "a model");
    private static final BlockIdentity ONE = BlockIdentity.ofName("one");
    private static final BlockIdentity TWO = BlockIdentity.ofName("two");
    private static final int BYTES_512 = 0;
    private static final int BYTES_4096 = 1;

    @TempDir
    private Path folder;

    private static RamBlockDevice ram(int blockBytes) {
        return RamBlockDevice.builder(1 << 20).blockSizeBytes(blockBytes).build();
    }

    private static AdoptedSubsystem known(int controllerId, AdoptedNamespace... namespaces) {
        return new AdoptedSubsystem(KNOWN, controllerId, List.of(namespaces));
    }

    private static List<Integer> attached(NvmSubsystem subsystem, SubsystemMember member) {
        return subsystem.attachedTo(member).stream().map(Namespace::id).toList();
    }

    @Test
    void identitiesFormatsAndAttachmentsBecomeThoseTheHostKnows() {
        try (NvmSubsystem subsystem = NvmSubsystem.builder()
                .namespace(ram(512))
                .namespace(ram(512))
                .namespace(ram(512))
                .open()) {
            TestMember member = new TestMember(subsystem, 3);
            assertThat(attached(subsystem, member)).containsExactly(1, 2, 3);
            AdoptedSubsystem wanted = known(
                    7, new AdoptedNamespace(1, ONE, BYTES_4096, true), new AdoptedNamespace(2, TWO, BYTES_512, false));
            assertThat(subsystem.adoptionRefusal(member, wanted)).isEmpty();
            subsystem.adopt(member, wanted);

            assertThat(subsystem.identity()).isEqualTo(KNOWN);
            assertThat(member.controllerId()).isEqualTo(7);
            assertThat(subsystem.controllers()).containsExactly(7);
            assertThat(attached(subsystem, member)).containsExactly(1);
            Namespace first = subsystem.namespace(1).orElseThrow();
            assertThat(first.identity()).isEqualTo(ONE);
            assertThat(first.format().blockBytes()).isEqualTo(4096);
            assertThat(subsystem.namespace(2).orElseThrow().identity()).isEqualTo(TWO);
            assertThat(member.changed()).isEmpty();
            subsystem.leave(member);
            TestMember again = new TestMember(subsystem, 7);
            assertThat(attached(subsystem, again)).containsExactly(1);
            subsystem.leave(again);
        }
    }

    @Test
    void refusalsNameWhatIsWrongAndChangeNothing() {
        try (NvmSubsystem subsystem = NvmSubsystem.builder()
                .namespace(ram(4096))
                .pool(RamBlockDevicePool.ofSize(1 << 20))
                .open()) {
            TestMember member = new TestMember(subsystem, 1);
            TestMember other = new TestMember(subsystem, 2);
            SubsystemIdentity before = subsystem.identity();
            AdoptedNamespace good = new AdoptedNamespace(1, ONE, BYTES_4096, true);
            assertRefused(subsystem, member, known(2, good), "another controller", "identifier 2");
            assertRefused(subsystem, member, known(0x10000, good), "controller identifier");
            assertRefused(subsystem, member, known(1, good, new AdoptedNamespace(2, TWO, 0, true)), "no namespace 2");
            assertRefused(
                    subsystem,
                    member,
                    known(1, new AdoptedNamespace(1, ONE, BYTES_512, true)),
                    "512",
                    "namespace 1",
                    "blocks of 4096");
            assertRefused(subsystem, member, known(1, new AdoptedNamespace(1, ONE, 9, true)), "format");
            assertRefused(subsystem, member, known(1, good, good), "two namespaces 1");
            assertRefused(subsystem, member, known(1, good, new AdoptedNamespace(2, ONE, 1, true)), "one identity");
            assertThat(subsystem.identity()).isEqualTo(before);
            assertThat(subsystem.namespace(1).orElseThrow().identity()).isNotEqualTo(ONE);
            subsystem.leave(member);
            assertThat(subsystem.adoptionRefusal(member, known(1, good))).isPresent();
            subsystem.leave(other);
        }
    }

    private static void assertRefused(
            NvmSubsystem subsystem, SubsystemMember member, AdoptedSubsystem wanted, String... parts) {
        assertThat(subsystem.adoptionRefusal(member, wanted).orElseThrow()).contains(parts);
        assertThatThrownBy(() -> subsystem.adopt(member, wanted)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void controllersWithoutAHostTakeTheNewFormatsOver() {
        try (NvmSubsystem subsystem = NvmSubsystem.builder().namespace(ram(512)).open()) {
            TestMember member = new TestMember(subsystem, 1);
            TestMember other = new TestMember(subsystem, 2);
            subsystem.adopt(member, known(1, new AdoptedNamespace(1, ONE, BYTES_4096, true)));
            assertThat(subsystem.changeFor(member)).isNull();
            assertThat(subsystem.changeFor(other)).isNotNull();
            other.takePart();
            assertThat(subsystem.changeFor(other)).isNull();
            subsystem.leave(member);
            subsystem.leave(other);
        }
    }

    @Test
    void whatWasAdoptedOutlivesTheProcessButNotTheBackEnd() throws IOException {
        Path settings = folder.resolve("settings");
        Path image = image("a.img");
        Path second = image("b.img");
        try (NvmSubsystem subsystem = open(settings, image, second)) {
            TestMember member = new TestMember(subsystem, 1);
            subsystem.adopt(
                    member,
                    known(
                            5,
                            new AdoptedNamespace(1, ONE, BYTES_4096, true),
                            new AdoptedNamespace(2, TWO, BYTES_512, false)));
            subsystem.leave(member);
        }
        try (NvmSubsystem subsystem = open(settings, image, second)) {
            assertThat(subsystem.identity()).isEqualTo(KNOWN);
            assertThat(subsystem.namespace(1).orElseThrow().identity()).isEqualTo(ONE);
            assertThat(subsystem.namespace(1).orElseThrow().format().blockBytes())
                    .isEqualTo(4096);
            TestMember member = new TestMember(subsystem, 5);
            assertThat(attached(subsystem, member)).containsExactly(1);
            subsystem.leave(member);
        }
        try (NvmSubsystem subsystem = open(settings, second, image)) {
            assertThat(subsystem.identity()).isNotEqualTo(KNOWN);
            assertThat(subsystem.namespaces()).extracting(Namespace::identity).doesNotContain(ONE, TWO);
        }
    }

    @Test
    void anotherNamespaceWithTheIdentifierOfAnAdoptedOneIsNotIt() throws IOException {
        Path settings = folder.resolve("settings");
        Path image = image("a.img");
        try (NvmSubsystem subsystem = open(settings, image)) {
            TestMember member = new TestMember(subsystem, 1);
            subsystem.adopt(member, known(1, new AdoptedNamespace(1, ONE, BYTES_4096, true)));
            subsystem.leave(member);
            subsystem.remove(1).join();
            assertThat(subsystem.add(ram(512)).join()).isEqualTo(1);
            assertThat(subsystem.namespace(1).orElseThrow().identity()).isNotEqualTo(ONE);
        }
        try (NvmSubsystem subsystem = open(settings, image)) {
            assertThat(subsystem.namespace(1).orElseThrow().identity()).isNotEqualTo(ONE);
        }
    }

    private static NvmSubsystem open(Path settings, Path... images) {
        NvmSubsystemBuilder builder = NvmSubsystem.builder().settings(settings);
        for (Path each : images) {
            builder.namespace(FileBlockDevice.open(each));
        }
        return builder.open();
    }

    private Path image(String name) throws IOException {
        Path path = folder.resolve(name);
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(1 << 20);
        }
        return path;
    }
}
