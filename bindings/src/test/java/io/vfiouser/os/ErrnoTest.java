package io.vfiouser.os;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.ffi.posix.posix_h;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class ErrnoTest {
    @Test
    void describesAnErrorByNameAndText() {
        assertThat(Errno.describe(Errno.ENOENT)).isEqualTo("ENOENT (No such file or directory)");
    }

    @Test
    void reportsTheUsualOneOfSeveralNames() {
        assertThat(Errno.name(Errno.EWOULDBLOCK)).isEqualTo("EAGAIN");
        assertThat(Errno.name(Errno.ENOTSUP)).isEqualTo("EOPNOTSUPP");
    }

    @Test
    void describesNumbersThatNameNothing() {
        assertThat(Errno.describe(0)).startsWith("errno 0");
        assertThat(Errno.describe(-5)).startsWith("errno -5");
        assertThat(Errno.describe(4711)).startsWith("errno 4711");
    }

    @Test
    void storesInTheThreadsErrno() {
        Errno.set(Errno.ENOTTY);
        var location = posix_h.__errno_location().reinterpret(ValueLayout.JAVA_INT.byteSize());
        assertThat(location.address()).isNotZero();
        // The virtual machine may overwrite errno between two calls, so once in a few attempts it has to be seen.
        boolean seen = false;
        for (int attempt = 0; attempt < 1000 && !seen; attempt++) {
            Errno.set(Errno.ENOTTY);
            seen = location.get(ValueLayout.JAVA_INT, 0) == Errno.ENOTTY;
        }
        assertThat(seen).isTrue();
    }

    @Test
    void anExceptionNamesTheOperationAndTheError() {
        var e = new ErrnoException("open /nowhere", Errno.ENOENT);
        assertThat(e).hasMessage("open /nowhere: ENOENT (No such file or directory)");
        assertThat(e.errno()).isEqualTo(Errno.ENOENT);
    }
}
