package io.vfiouser.abi;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;

/**
 * The distinct C shapes of libvfio-user's functions, named by result and arguments: P pointer, L long or size_t, I int or
 * enum, S short, B byte, Z bool. A test compares them with what jextract read from the headers of every level.
 */
final class Shapes {
    private static final ValueLayout POINTER = ValueLayout.ADDRESS;
    private static final ValueLayout LONG = ValueLayout.JAVA_LONG;
    private static final ValueLayout INT = ValueLayout.JAVA_INT;
    private static final ValueLayout SHORT = ValueLayout.JAVA_SHORT;
    private static final ValueLayout CHAR = ValueLayout.JAVA_BYTE;
    private static final ValueLayout BOOL = ValueLayout.JAVA_BOOLEAN;

    /** {@code vfu_log} with one variadic argument, a pointer. */
    static final FunctionDescriptor VOID_PIP_VARIADIC_P = FunctionDescriptor.ofVoid(POINTER, INT, POINTER, POINTER);

    static final Linker.Option VARIADIC_FROM_THE_FOURTH = Linker.Option.firstVariadicArg(3);

    static final FunctionDescriptor INT_P = FunctionDescriptor.of(INT, POINTER);
    static final FunctionDescriptor INT_PI = FunctionDescriptor.of(INT, POINTER, INT);
    static final FunctionDescriptor INT_PP = FunctionDescriptor.of(INT, POINTER, POINTER);
    static final FunctionDescriptor INT_PPP = FunctionDescriptor.of(INT, POINTER, POINTER, POINTER);
    static final FunctionDescriptor INT_PLPP = FunctionDescriptor.of(INT, POINTER, LONG, POINTER, POINTER);
    static final FunctionDescriptor INT_PPPP = FunctionDescriptor.of(INT, POINTER, POINTER, POINTER, POINTER);
    static final FunctionDescriptor INT_PPI = FunctionDescriptor.of(INT, POINTER, POINTER, INT);
    static final FunctionDescriptor INT_PPL = FunctionDescriptor.of(INT, POINTER, POINTER, LONG);
    static final FunctionDescriptor INT_PII = FunctionDescriptor.of(INT, POINTER, INT, INT);
    static final FunctionDescriptor INT_PIP = FunctionDescriptor.of(INT, POINTER, INT, POINTER);
    static final FunctionDescriptor INT_PIII = FunctionDescriptor.of(INT, POINTER, INT, INT, INT);
    static final FunctionDescriptor INT_PILPIPIIL =
            FunctionDescriptor.of(INT, POINTER, INT, LONG, POINTER, INT, POINTER, INT, INT, LONG);
    static final FunctionDescriptor INT_PLLPLI = FunctionDescriptor.of(INT, POINTER, LONG, LONG, POINTER, LONG, INT);
    static final FunctionDescriptor INT_PPPLI = FunctionDescriptor.of(INT, POINTER, POINTER, POINTER, LONG, INT);
    static final FunctionDescriptor INT_PPLP = FunctionDescriptor.of(INT, POINTER, POINTER, LONG, POINTER);
    static final FunctionDescriptor INT_PPLPI = FunctionDescriptor.of(INT, POINTER, POINTER, LONG, POINTER, INT);
    static final FunctionDescriptor INT_PIILIIL = FunctionDescriptor.of(INT, POINTER, INT, INT, LONG, INT, INT, LONG);
    static final FunctionDescriptor INT_PIILIILIL =
            FunctionDescriptor.of(INT, POINTER, INT, INT, LONG, INT, INT, LONG, INT, LONG);
    static final FunctionDescriptor LONG_PLIP = FunctionDescriptor.of(LONG, POINTER, LONG, INT, POINTER);
    static final FunctionDescriptor LONG_PZI = FunctionDescriptor.of(LONG, POINTER, BOOL, INT);
    static final FunctionDescriptor LONG_PZLI = FunctionDescriptor.of(LONG, POINTER, BOOL, LONG, INT);
    static final FunctionDescriptor POINTER_IPIPI = FunctionDescriptor.of(POINTER, INT, POINTER, INT, POINTER, INT);
    static final FunctionDescriptor LONG_NO_ARGUMENTS = FunctionDescriptor.of(LONG);
    static final FunctionDescriptor POINTER_P = FunctionDescriptor.of(POINTER, POINTER);
    static final FunctionDescriptor BOOL_PP = FunctionDescriptor.of(BOOL, POINTER, POINTER);
    static final FunctionDescriptor VOID_P = FunctionDescriptor.ofVoid(POINTER);
    static final FunctionDescriptor VOID_PP = FunctionDescriptor.ofVoid(POINTER, POINTER);
    static final FunctionDescriptor VOID_PPL = FunctionDescriptor.ofVoid(POINTER, POINTER, LONG);
    static final FunctionDescriptor VOID_PPPL = FunctionDescriptor.ofVoid(POINTER, POINTER, POINTER, LONG);
    static final FunctionDescriptor VOID_PSSSS = FunctionDescriptor.ofVoid(POINTER, SHORT, SHORT, SHORT, SHORT);
    static final FunctionDescriptor VOID_PBBB = FunctionDescriptor.ofVoid(POINTER, CHAR, CHAR, CHAR);

    private Shapes() {}
}
