package io.vfiouser.abi;

import io.vfiouser.os.Errno;
import io.vfiouser.os.ErrnoException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Tells 0.2a from 0.2b, which export the same symbols, by asking the library: on a throw-away context {@code
 * vfu_setup_device_dma} gets three callbacks A, X and B, and a client inside this process maps one page.
 *
 * <pre>
 *   0.2a   vfu_setup_device_dma(context, register = A, unregister = X)             B is in a register nobody reads
 *   0.2b   vfu_setup_device_dma(context, max_regions = A, register = X, unregister = B)
 * </pre>
 *
 * <p>A runs on 0.2a, X on 0.2b. At 0.2b the address of A counts as a large number of regions; a library that allocates them
 * at once fails with {@code ENOMEM}, which 0.2a with its 64 regions would not. Everything happens on the calling thread,
 * one step after the other, so nothing can hang: the client writes before the library reads.
 */
final class LevelProbe {
    private static final Duration LIMIT = Duration.ofSeconds(2);

    // The vfio-user protocol, version 0.1: header (id, command, size, flags, error), then the payload. Little endian.
    private static final short COMMAND_VERSION = 1;
    private static final short COMMAND_DMA_MAP = 2;
    private static final int HEADER_BYTES = 16;
    private static final int VERSION_BYTES = 4;
    private static final int DMA_MAP_BYTES = 32;
    private static final int READABLE_AND_WRITABLE = 3;
    private static final long PAGE_BYTES = 4096;

    private final NativeSymbols symbols;
    private final NativeCalls calls;
    private boolean firstRan;
    private boolean secondRan;

    /** A level and what showed it. */
    record Verdict(AbiLevel level, LevelSource source) {}

    private LevelProbe(NativeSymbols symbols) {
        this.symbols = symbols;
        // Of these calls only those are used that all levels share.
        this.calls = new NativeCalls(AbiLevel.V0_2A, symbols);
    }

    /**
     * Determines the level of a library that is not 0.1.
     *
     * @param library named in errors
     * @throws VfioUserLibraryException if it behaves like none
     */
    static Verdict run(NativeSymbols symbols, Path library) {
        // Channels close under an interrupted thread; the probe is short, and the interrupt is for the caller.
        boolean interrupted = Thread.interrupted();
        try (PrivateFolder folder = PrivateFolder.createForSocket();
                Arena arena = Arena.ofConfined()) {
            return new LevelProbe(symbols).run(folder.path().resolve("probe.sock"), arena);
        } catch (IOException | ErrnoException | ProbeFailedException e) {
            throw new VfioUserLibraryException(
                    "cannot tell the ABI level of " + library + ": " + e.getMessage() + "; give the level with -D"
                            + LibrarySearch.LEVEL_PROPERTY + "=0.2a or 0.2b if you know it, or name another library",
                    e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Verdict run(Path socket, Arena arena) throws IOException {
        MemorySegment context = calls.createCtx(
                VfuConstants.TRANSPORT_SOCKET,
                socket.toString(),
                VfuConstants.FLAG_ATTACH_NON_BLOCKING,
                MemorySegment.NULL,
                VfuConstants.DEVICE_TYPE_PCI);
        try {
            check("vfu_pci_init", calls.pciInit(context, VfuConstants.PCI_TYPE_CONVENTIONAL, 0, 0));
            MemorySegment first = usableAsCount(arena);
            MemorySegment second = Upcalls.dma(_ -> secondRan = true, arena);
            MemorySegment third = Upcalls.dma(_ -> {}, arena);
            int result = Downcalls.intPPPP(
                    symbols.address(NativeFunction.VFU_SETUP_DEVICE_DMA), context, first, second, third);
            if (result == -Errno.ENOMEM) {
                return new Verdict(AbiLevel.V0_2B, LevelSource.REGION_COUNT);
            }
            check("vfu_setup_device_dma", result);
            check("vfu_realize_ctx", calls.realizeCtx(context));
            mapOnePage(context, socket);
            if (firstRan == secondRan) {
                throw new ProbeFailedException("mapping memory called "
                        + (firstRan ? "two callbacks where one was expected" : "none of the callbacks"));
            }
            return new Verdict(firstRan ? AbiLevel.V0_2A : AbiLevel.V0_2B, LevelSource.LOOPBACK);
        } finally {
            calls.destroyCtx(context);
        }
    }

    /** The library keeps the lower half of a count: 0 there would forbid every region. */
    private MemorySegment usableAsCount(Arena arena) {
        MemorySegment stub;
        do {
            stub = Upcalls.dma(_ -> firstRan = true, arena);
        } while ((int) stub.address() == 0);
        return stub;
    }

    private void mapOnePage(MemorySegment context, Path socket) throws IOException {
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            send(
                    client,
                    message(COMMAND_VERSION, VERSION_BYTES).putShort((short) 0).putShort((short) 1));
            long start = System.nanoTime();
            int attached = calls.attachCtx(context);
            while (attached == -Errno.EAGAIN && withinLimit(start)) {
                attached = calls.attachCtx(context);
            }
            check("vfu_attach_ctx", attached);
            send(
                    client,
                    message(COMMAND_DMA_MAP, DMA_MAP_BYTES)
                            .putInt(DMA_MAP_BYTES)
                            .putInt(READABLE_AND_WRITABLE)
                            .putLong(0)
                            .putLong(PAGE_BYTES)
                            .putLong(PAGE_BYTES));
            int served = 0;
            while (served == 0 && withinLimit(start)) {
                served = calls.runCtx(context);
            }
            check("vfu_run_ctx", served);
        }
    }

    private static boolean withinLimit(long start) {
        return System.nanoTime() - start < LIMIT.toNanos();
    }

    private static ByteBuffer message(short command, int payloadBytes) {
        return ByteBuffer.allocate(HEADER_BYTES + payloadBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) 0)
                .putShort(command)
                .putInt(HEADER_BYTES + payloadBytes)
                .putInt(0)
                .putInt(0);
    }

    private static void send(SocketChannel client, ByteBuffer message) throws IOException {
        message.flip();
        while (message.hasRemaining()) {
            client.write(message);
        }
    }

    private static void check(String function, int result) {
        if (result < 0) {
            throw new ProbeFailedException(function + " failed with " + Errno.describe(-result));
        }
    }

    /** The library did something that no known level does. */
    private static final class ProbeFailedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ProbeFailedException(String message) {
            super(message);
        }
    }
}
