package io.vfiouser.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A context of one library with a BAR, DMA, reset and quiesce callbacks, and a client that is attached to it. */
final class TestContext implements AutoCloseable {
    static final int BAR0_BYTES = 4096;

    final NativeCalls calls;
    final MemorySegment context;
    final RawClient client;
    final List<DmaInfo> registered = new ArrayList<>();
    final List<DmaInfo> unregistered = new ArrayList<>();
    int accessResult;
    int resetResult;

    private final Arena arena = Arena.ofConfined();

    TestContext(VfioUserLibrary library, Path socket) throws IOException {
        calls = library.calls();
        Files.deleteIfExists(socket);
        context = calls.createCtx(
                VfuConstants.TRANSPORT_SOCKET,
                socket.toString(),
                VfuConstants.FLAG_ATTACH_NON_BLOCKING,
                MemorySegment.NULL,
                VfuConstants.DEVICE_TYPE_PCI);
        assertThat(calls.pciInit(context, VfuConstants.PCI_TYPE_EXPRESS, 0, 0)).isZero();
        calls.pciSetId(context, 0xfffe, 0x0001, 0, 0);
        calls.pciSetClass(context, 1, 8, 2);
        assertThat(calls.setupRegion(
                        context,
                        VfuConstants.REGION_BAR0,
                        BAR0_BYTES,
                        Upcalls.regionAccess((_, count, _, _) -> accessResult == 0 ? count : accessResult, arena),
                        VfuConstants.REGION_FLAG_READ
                                | VfuConstants.REGION_FLAG_WRITE
                                | VfuConstants.REGION_FLAG_MEMORY
                                | VfuConstants.REGION_FLAG_64_BITS,
                        MemorySegment.NULL,
                        0,
                        -1,
                        0))
                .isZero();
        assertThat(calls.setupDeviceDma(
                        context,
                        16,
                        Upcalls.dma(info -> registered.add(DmaInfo.copyOf(info)), arena),
                        Upcalls.dma(info -> unregistered.add(DmaInfo.copyOf(info)), arena)))
                .isZero();
        assertThat(calls.setupDeviceResetCb(context, Upcalls.reset(_ -> resetResult, arena)))
                .isZero();
        calls.setupDeviceQuiesceCb(context, Upcalls.quiesce(() -> 0, arena));
        assertThat(calls.setupDeviceNrIrqs(context, VfuConstants.IRQ_MSIX, 4)).isZero();
        assertThat(calls.setupIrqStateCallback(
                        context, VfuConstants.IRQ_MSIX, Upcalls.irqState((_, _, _) -> {}, arena)))
                .isZero();
        assertThat(calls.realizeCtx(context)).isZero();
        client = RawClient.attach(calls, context, socket);
    }

    @Override
    public void close() throws IOException {
        client.close();
        calls.destroyCtx(context);
        arena.close();
    }
}
