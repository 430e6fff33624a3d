package io.vfiouser.os;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.ffi.posix.posix_h;
import java.lang.foreign.FunctionDescriptor;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShapesTest {
    @Test
    void everyShapeIsTheOneThatJextractGenerated() throws Exception {
        Map<String, FunctionDescriptor> generated = new HashMap<>();
        generated.put("ACCEPT4", posix_h.accept4$descriptor());
        generated.put("BIND", posix_h.bind$descriptor());
        generated.put("CLOSE", posix_h.close$descriptor());
        generated.put("CONNECT", posix_h.connect$descriptor());
        generated.put("EVENTFD", posix_h.eventfd$descriptor());
        generated.put("FSTAT", posix_h.fstat$descriptor());
        generated.put("FTRUNCATE", posix_h.ftruncate$descriptor());
        generated.put("LISTEN", posix_h.listen$descriptor());
        generated.put("MADVISE", posix_h.madvise$descriptor());
        generated.put("MEMFD_CREATE", posix_h.memfd_create$descriptor());
        generated.put("MMAP", posix_h.mmap$descriptor());
        generated.put("MUNMAP", posix_h.munmap$descriptor());
        generated.put("POLL", posix_h.poll$descriptor());
        generated.put("READ", posix_h.read$descriptor());
        generated.put("RECVMSG", posix_h.recvmsg$descriptor());
        generated.put("SCHED_GETAFFINITY", posix_h.sched_getaffinity$descriptor());
        generated.put("SCHED_SETAFFINITY", posix_h.sched_setaffinity$descriptor());
        generated.put("SENDMSG", posix_h.sendmsg$descriptor());
        generated.put("SHUTDOWN", posix_h.shutdown$descriptor());
        generated.put("SOCKET", posix_h.socket$descriptor());
        generated.put("SOCKETPAIR", posix_h.socketpair$descriptor());
        generated.put("STRERROR", posix_h.strerror$descriptor());
        generated.put("SYSCONF", posix_h.sysconf$descriptor());
        generated.put("WRITE", posix_h.write$descriptor());
        generated.put("OPEN", posix_h.open.makeInvoker(posix_h.C_INT).descriptor());
        generated.put("MREMAP", posix_h.mremap.makeInvoker(posix_h.C_POINTER).descriptor());
        generated.put("FCNTL", posix_h.fcntl.makeInvoker(posix_h.C_INT).descriptor());
        Map<String, FunctionDescriptor> ours = new HashMap<>();
        for (var field : Shapes.class.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers())) {
                ours.put(field.getName(), (FunctionDescriptor) field.get(null));
            }
        }
        assertThat(ours).isEqualTo(generated);
    }
}
