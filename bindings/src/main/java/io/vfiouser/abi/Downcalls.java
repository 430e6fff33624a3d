package io.vfiouser.abi;

import io.vfiouser.os.Errno;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Calls a function of libvfio-user by its address, one method per C shape ({@link Shapes} explains the names).
 *
 * <p>The handles are {@code static final}, so the compiler inlines them, and are bound to no address, so one set serves all
 * the libraries of a process. None is {@code critical}: every function may log, a log is an upcall, and an upcall out of a
 * critical call ends the virtual machine.
 *
 * <p>Methods that return {@code int} or {@code long} and capture turn C's "-1 and errno" into the kernel's style: the
 * negative error number. One function answers {@code -x - 1} for a count x: that becomes {@link #BELOW_ERRORS} - x, since
 * as it is it would look like an error number.
 */
@SuppressWarnings("restricted") // calling native code is what this class is for
final class Downcalls {
    /** All error numbers lie above it. */
    static final int BELOW_ERRORS = -4096;

    private static final Linker LINKER = Linker.nativeLinker();

    private static final MethodHandle INT_P = capturing(Shapes.INT_P);
    private static final MethodHandle INT_PI = capturing(Shapes.INT_PI);
    private static final MethodHandle INT_PP = capturing(Shapes.INT_PP);
    private static final MethodHandle INT_PPP = capturing(Shapes.INT_PPP);
    private static final MethodHandle INT_PLPP = capturing(Shapes.INT_PLPP);
    private static final MethodHandle INT_PPPP = capturing(Shapes.INT_PPPP);
    private static final MethodHandle INT_PPI = capturing(Shapes.INT_PPI);
    private static final MethodHandle INT_PPL = capturing(Shapes.INT_PPL);
    private static final MethodHandle INT_PII = capturing(Shapes.INT_PII);
    private static final MethodHandle INT_PIP = capturing(Shapes.INT_PIP);
    private static final MethodHandle INT_PIII = capturing(Shapes.INT_PIII);
    private static final MethodHandle INT_PILPIPIIL = capturing(Shapes.INT_PILPIPIIL);
    private static final MethodHandle INT_PLLPLI = capturing(Shapes.INT_PLLPLI);
    private static final MethodHandle INT_PPPLI = capturing(Shapes.INT_PPPLI);
    private static final MethodHandle INT_PPLP = capturing(Shapes.INT_PPLP);
    private static final MethodHandle INT_PPLPI = capturing(Shapes.INT_PPLPI);
    private static final MethodHandle INT_PIILIIL = capturing(Shapes.INT_PIILIIL);
    private static final MethodHandle INT_PIILIILIL = capturing(Shapes.INT_PIILIILIL);
    private static final MethodHandle LONG_PLIP = capturing(Shapes.LONG_PLIP);
    private static final MethodHandle LONG_PZI = capturing(Shapes.LONG_PZI);
    private static final MethodHandle LONG_PZLI = capturing(Shapes.LONG_PZLI);
    private static final MethodHandle POINTER_IPIPI = capturing(Shapes.POINTER_IPIPI);
    private static final MethodHandle LONG_NO_ARGUMENTS = plain(Shapes.LONG_NO_ARGUMENTS);
    private static final MethodHandle POINTER_P = plain(Shapes.POINTER_P);
    private static final MethodHandle BOOL_PP = plain(Shapes.BOOL_PP);
    private static final MethodHandle VOID_P = plain(Shapes.VOID_P);
    private static final MethodHandle VOID_PP = plain(Shapes.VOID_PP);
    private static final MethodHandle VOID_PPL = plain(Shapes.VOID_PPL);
    private static final MethodHandle VOID_PPPL = plain(Shapes.VOID_PPPL);
    private static final MethodHandle VOID_PSSSS = plain(Shapes.VOID_PSSSS);
    private static final MethodHandle VOID_PBBB = plain(Shapes.VOID_PBBB);
    private static final MethodHandle VOID_PIP_VARIADIC_P =
            LINKER.downcallHandle(Shapes.VOID_PIP_VARIADIC_P, Shapes.VARIADIC_FROM_THE_FOURTH);

    private Downcalls() {}

    private static MethodHandle capturing(FunctionDescriptor shape) {
        return LINKER.downcallHandle(shape, Linker.Option.captureCallState("errno"));
    }

    private static MethodHandle plain(FunctionDescriptor shape) {
        return LINKER.downcallHandle(shape);
    }

    static int intP(MemorySegment function, MemorySegment a) {
        MemorySegment capture = ErrnoCapture.current();
        try {
            return kernelStyle((int) INT_P.invokeExact(function, capture, a), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static int intPI(MemorySegment function, MemorySegment a, int b) {
        MemorySegment capture = ErrnoCapture.current();
        try {
            return kernelStyle((int) INT_PI.invokeExact(function, capture, a, b), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static int intPP(MemorySegment function, MemorySegment a, MemorySegment b) {
        MemorySegment capture = ErrnoCapture.current();
        try {
            return kernelStyle((int) INT_PP.invokeExact(function, capture, a, b), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static int intPPP(MemorySegment function, MemorySegment a, MemorySegment b, MemorySegment c) {
        MemorySegment capture = ErrnoCapture.current();
        try {
            return kernelStyle((int) INT_PPP.invokeExact(function, capture, a, b, c), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static int intPLPP(MemorySegment function, MemorySegment a, long b, MemorySegment c, MemorySegment d) {
        MemorySegment capture = ErrnoCapture.current();
        try {
            return kernelStyle((int) INT_PLPP.invokeExact(function, capture, a, b, c, d), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static int intPPPP(MemorySegment function, MemorySegment a, MemorySegment b, MemorySegment c, MemorySegment d) {
        MemorySegment capture = ErrnoCapture.current();
        try {
            return kernelStyle((int) INT_PPPP.invokeExact(function, capture, a, b, c, d), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static int intPPI(MemorySegment function, MemorySegment a, MemorySegment b, int c) {
        MemorySegment capture = ErrnoCapture.current();
        try {
            return kernelStyle((int) INT_PPI.invokeExact(function, capture, a, b, c), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static int intPPL(MemorySegment function, MemorySegment a, MemorySegment b, long c) {
        MemorySegment capture = ErrnoCapture.current();
        try {
            return kernelStyle((int) INT_PPL.invokeExact(function, capture, a, b, c), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static int intPII(MemorySegment function, MemorySegment a, int b, int c) {
        MemorySegment capture = ErrnoCapture.current();
        try {
            return kernelStyle((int) INT_PII.invokeExact(function, capture, a, b, c), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static int intPIP(MemorySegment function, MemorySegment a, int b, MemorySegment c) {
        MemorySegment capture = ErrnoCapture.current();
        try {
            return kernelStyle((int) INT_PIP.invokeExact(function, capture, a, b, c), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static int intPIII(MemorySegment function, MemorySegment a, int b, int c, int d) {
        MemorySegment capture = ErrnoCapture.current();
        try {
            return kernelStyle((int) INT_PIII.invokeExact(function, capture, a, b, c, d), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static int intPILPIPIIL(
            MemorySegment function,
            MemorySegment a,
            int b,
            long c,
            MemorySegment d,
            int e,
            MemorySegment f,
            int g,
            int h,
            long i) {
        MemorySegment capture = ErrnoCapture.current();
        try {
            return kernelStyle((int) INT_PILPIPIIL.invokeExact(function, capture, a, b, c, d, e, f, g, h, i), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static int intPLLPLI(MemorySegment function, MemorySegment a, long b, long c, MemorySegment d, long e, int f) {
        MemorySegment capture = ErrnoCapture.current();
        try {
            return kernelStyle((int) INT_PLLPLI.invokeExact(function, capture, a, b, c, d, e, f), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static int intPPPLI(MemorySegment function, MemorySegment a, MemorySegment b, MemorySegment c, long d, int e) {
        MemorySegment capture = ErrnoCapture.current();
        try {
            return kernelStyle((int) INT_PPPLI.invokeExact(function, capture, a, b, c, d, e), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static int intPPLP(MemorySegment function, MemorySegment a, MemorySegment b, long c, MemorySegment d) {
        MemorySegment capture = ErrnoCapture.current();
        try {
            return kernelStyle((int) INT_PPLP.invokeExact(function, capture, a, b, c, d), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static int intPPLPI(MemorySegment function, MemorySegment a, MemorySegment b, long c, MemorySegment d, int e) {
        MemorySegment capture = ErrnoCapture.current();
        try {
            return kernelStyle((int) INT_PPLPI.invokeExact(function, capture, a, b, c, d, e), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static int intPIILIIL(MemorySegment function, MemorySegment a, int b, int c, long d, int e, int f, long g) {
        MemorySegment capture = ErrnoCapture.current();
        try {
            return kernelStyle((int) INT_PIILIIL.invokeExact(function, capture, a, b, c, d, e, f, g), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static int intPIILIILIL(
            MemorySegment function, MemorySegment a, int b, int c, long d, int e, int f, long g, int h, long i) {
        MemorySegment capture = ErrnoCapture.current();
        try {
            return kernelStyle((int) INT_PIILIILIL.invokeExact(function, capture, a, b, c, d, e, f, g, h, i), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static long longPLIP(MemorySegment function, MemorySegment a, long b, int c, MemorySegment d) {
        MemorySegment capture = ErrnoCapture.current();
        try {
            return kernelStyle((long) LONG_PLIP.invokeExact(function, capture, a, b, c, d), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static long longPZI(MemorySegment function, MemorySegment a, boolean b, int c) {
        MemorySegment capture = ErrnoCapture.current();
        try {
            return kernelStyle((long) LONG_PZI.invokeExact(function, capture, a, b, c), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static long longPZLI(MemorySegment function, MemorySegment a, boolean b, long c, int d) {
        MemorySegment capture = ErrnoCapture.current();
        try {
            return kernelStyle((long) LONG_PZLI.invokeExact(function, capture, a, b, c, d), capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static MemorySegment pointerIPIPI(MemorySegment function, int a, MemorySegment b, int c, MemorySegment d, int e) {
        MemorySegment capture = ErrnoCapture.current();
        try {
            return (MemorySegment) POINTER_IPIPI.invokeExact(function, capture, a, b, c, d, e);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static long longNoArguments(MemorySegment function) {
        try {
            return (long) LONG_NO_ARGUMENTS.invokeExact(function);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static MemorySegment pointerP(MemorySegment function, MemorySegment a) {
        try {
            return (MemorySegment) POINTER_P.invokeExact(function, a);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static boolean boolPP(MemorySegment function, MemorySegment a, MemorySegment b) {
        try {
            return (boolean) BOOL_PP.invokeExact(function, a, b);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static void voidP(MemorySegment function, MemorySegment a) {
        try {
            VOID_P.invokeExact(function, a);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static void voidPP(MemorySegment function, MemorySegment a, MemorySegment b) {
        try {
            VOID_PP.invokeExact(function, a, b);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static void voidPPL(MemorySegment function, MemorySegment a, MemorySegment b, long c) {
        try {
            VOID_PPL.invokeExact(function, a, b, c);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static void voidPPPL(MemorySegment function, MemorySegment a, MemorySegment b, MemorySegment c, long d) {
        try {
            VOID_PPPL.invokeExact(function, a, b, c, d);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static void voidPSSSS(MemorySegment function, MemorySegment a, short b, short c, short d, short e) {
        try {
            VOID_PSSSS.invokeExact(function, a, b, c, d, e);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static void voidPBBB(MemorySegment function, MemorySegment a, byte b, byte c, byte d) {
        try {
            VOID_PBBB.invokeExact(function, a, b, c, d);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static void log(
            MemorySegment function, MemorySegment context, int level, MemorySegment format, MemorySegment text) {
        try {
            VOID_PIP_VARIADIC_P.invokeExact(function, context, level, format, text);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    private static int kernelStyle(int result, MemorySegment capture) {
        if (result >= 0) {
            return result;
        }
        return result == -1 ? -errno(capture) : BELOW_ERRORS + result + 1;
    }

    private static long kernelStyle(long result, MemorySegment capture) {
        return result == -1 ? -errno(capture) : result;
    }

    /** What was captured; a failure that named no reason must not look like success. */
    private static int errno(MemorySegment capture) {
        int errno = ErrnoCapture.errno(capture);
        return errno == 0 ? Errno.EIO : errno;
    }

    /** A downcall handle declares {@code Throwable} and throws nothing of its own: whatever arrives goes on as it is. */
    private static RuntimeException unexpected(Throwable thrown) {
        return switch (thrown) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            default -> new IllegalStateException("a downcall threw a checked exception", thrown);
        };
    }
}
