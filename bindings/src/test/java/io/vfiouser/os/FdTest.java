package io.vfiouser.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.vfiouser.ffi.posix.posix_h;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FdTest {
    @TempDir
    Path folder;

    @Test
    void opensAFileAndKnowsItsLengthAndKind() throws Exception {
        Path file = Files.write(folder.resolve("file"), new byte[123]);
        try (Fd fd = Fd.open(file, posix_h.O_RDONLY())) {
            assertThat(fd.lengthBytes()).isEqualTo(123);
            assertThat(fd.isRegularFile()).isTrue();
            assertThat(closeOnExec(fd)).isTrue();
        }
    }

    @Test
    void createsAFileWithTheModeThatIsGiven() throws Exception {
        Path file = folder.resolve("new");
        Fd.open(file, posix_h.O_CREAT() | posix_h.O_RDWR(), 0400).close();
        assertThat(Files.getPosixFilePermissions(file)).hasToString("[OWNER_READ]");
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(() -> Fd.open(folder.resolve("missing"), posix_h.O_RDONLY()))
                .withMessageContaining("missing")
                .withMessageContaining("ENOENT");
    }

    @Test
    void aDuplicateLivesOnAndIsCloseOnExec() {
        Fd copy;
        try (MemFd memory = MemFd.create("test", 10)) {
            copy = memory.fd().duplicate();
        }
        try (copy) {
            assertThat(copy.lengthBytes()).isEqualTo(10);
            assertThat(closeOnExec(copy)).isTrue();
        }
    }

    @Test
    void closingTwiceClosesOnce() {
        Fd fd = Fd.adopt(MemFd.create("first", 1).fd().release());
        int number = fd.value();
        fd.close();
        try (MemFd other = MemFd.create("second", 1)) {
            assertThat(other.fd().value()).isEqualTo(number);
            fd.close();
            assertThat(other.lengthBytes()).isEqualTo(1);
        }
        assertThat(fd.isOpen()).isFalse();
    }

    @Test
    void aClosedDescriptorCannotBeUsed() {
        Fd fd = EventFd.create().fd();
        fd.close();
        assertThatIllegalStateException().isThrownBy(fd::value);
        assertThatIllegalStateException().isThrownBy(fd::duplicate);
        assertThatIllegalStateException().isThrownBy(fd::release);
        assertThat(fd).hasToString("closed");
    }

    @Test
    void aNumberThatIsNoDescriptorIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Fd.adopt(-1));
        Fd stale = Fd.adopt(1_000_000);
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(stale::lengthBytes)
                .withMessageContaining("EBADF");
    }

    private static boolean closeOnExec(Fd fd) {
        return (FdCalls.fcntl(fd.value(), posix_h.F_GETFD(), 0) & posix_h.FD_CLOEXEC()) != 0;
    }
}
