package io.vfiouser.os;

import io.vfiouser.ffi.posix.posix_h;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;

/**
 * The instructions behind {@link GuardedCopy}, for x86-64 Linux: a function that copies by {@code rep movsb}, and a handler for SIGBUS that,
 * where that instruction was interrupted, has the thread go on behind it. Every other SIGBUS goes on to the handler that was there before, the
 * virtual machine's. Both lie in a page of their own, which is not writable any more when the first of them runs and stays for the life of
 * the process.
 *
 * <p>Handlers are called with the thread's registers in the third argument; of {@code ucontext_t} only the place of RIP is used: 40 bytes
 * until {@code gregs}, of which it is the 17th.
 */
final class GuardedCopyCode {
    /** {@code long copy(void *to, const void *from, long bytes)}: how many bytes at the end were not copied. */
    private static final String COPY = """
            48 89 d1                   mov   rcx, rdx
            f3 a4                      rep movsb
            48 89 c8                   mov   rax, rcx
            c3                         ret
            """;

    private static final int COPY_AT = 0;

    /** {@code void handler(int signal, siginfo_t *info, ucontext_t *registers)}. */
    private static final String HANDLER = """
            48 8d 05 ec ff ff ff       lea   rax, [rip - 20]        ; rep movsb
            48 39 82 a8 00 00 00       cmp   [rdx + 168], rax       ; RIP of the thread
            75 09                      jne   others
            48 83 82 a8 00 00 00 02    add   qword [rdx + 168], 2   ; behind rep movsb
            c3                         ret
            ff 25 01 00 00 00          others: jmp [rip + 1]        ; BEFORE_AT
            """;

    private static final int HANDLER_AT = 16;
    /** The address of the handler that was there before. */
    private static final int BEFORE_AT = 48;

    private static final int INSTRUCTION_COLUMNS = 26;
    private static final int PROT_EXEC = 4;
    private static final String FAST_BYTE_COPY = "erms";
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    private GuardedCopyCode() {}

    /** Why it cannot be had on this machine, or an empty text. */
    static String hindrance() {
        if (!"Linux".equals(System.getProperty("os.name"))
                || !List.of("amd64", "x86_64").contains(System.getProperty("os.arch"))) {
            return "there is no code for " + System.getProperty("os.name") + " on " + System.getProperty("os.arch");
        }
        try (BufferedReader lines = Files.newBufferedReader(PROCESSORS)) {
            boolean fast = lines.lines()
                    .filter(line -> line.startsWith("flags"))
                    .findFirst()
                    .filter(line -> List.of(line.split("\\s+")).contains(FAST_BYTE_COPY))
                    .isPresent();
            return fast ? "" : "the processor does not say that it copies bytes fast: no " + FAST_BYTE_COPY;
        } catch (IOException | UncheckedIOException e) {
            return "cannot read " + PROCESSORS + ": " + e.getMessage();
        }
    }

    /**
     * Makes the code and puts the handler before the present one. Once in a process.
     *
     * @return a handle of the copying function, which takes addresses
     * @throws ErrnoException if the system refuses memory for code, as hardened ones may
     * @throws IllegalStateException if SIGBUS is not handled by anybody yet, as it is by the virtual machine
     */
    static MethodHandle install() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment action = arena.allocate(SignalCalls.ACTION_BYTES, Long.BYTES);
            ErrnoException.check(
                    "ask who handles SIGBUS", SignalCalls.sigaction(SignalCalls.SIGBUS, MemorySegment.NULL, action));
            if (!SignalCalls.callsFunctionWithRegisters(action)) {
                throw new IllegalStateException("SIGBUS has no handler that gets the registers");
            }
            MemorySegment code = write(SignalCalls.handler(action));
            SignalCalls.handler(action, code.address() + HANDLER_AT);
            ErrnoException.check(
                    "handle SIGBUS", SignalCalls.sigaction(SignalCalls.SIGBUS, action, MemorySegment.NULL));
            return link(code);
        }
    }

    @SuppressWarnings("restricted") // the code's own memory
    private static MemorySegment write(long handlerBefore) {
        long length = MemoryCalls.PAGE_BYTES;
        long address = MemoryCalls.mmap(
                length, Protection.READ_WRITE.bits(), posix_h.MAP_PRIVATE() | posix_h.MAP_ANONYMOUS(), -1, 0);
        ErrnoException.check("map a page for code", address);
        MemorySegment code = MemorySegment.ofAddress(address).reinterpret(length);
        put(code, COPY_AT, COPY);
        put(code, HANDLER_AT, HANDLER);
        code.set(ValueLayout.JAVA_LONG, BEFORE_AT, handlerBefore);
        int result = MemoryCalls.mprotect(address, length, Protection.READ.bits() | PROT_EXEC);
        if (result < 0) {
            int ignored = MemoryCalls.munmap(address, length);
        }
        ErrnoException.check("make a page of code executable", result);
        return code;
    }

    private static void put(MemorySegment code, long at, String listing) {
        long next = at;
        for (String line : listing.lines().toList()) {
            String bytes = line.substring(0, INSTRUCTION_COLUMNS).replace(" ", "");
            byte[] instruction = HexFormat.of().parseHex(bytes);
            MemorySegment.copy(instruction, 0, code, ValueLayout.JAVA_BYTE, next, instruction.length);
            next += instruction.length;
        }
    }

    /** A copy is short, so the thread need not tell the virtual machine that it has left Java: some nanoseconds instead of ten. */
    @SuppressWarnings("restricted") // the function is the one above
    private static MethodHandle link(MemorySegment code) {
        return Linker.nativeLinker()
                .downcallHandle(
                        code.asSlice(COPY_AT),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG),
                        Linker.Option.critical(false));
    }
}
