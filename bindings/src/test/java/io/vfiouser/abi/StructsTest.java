package io.vfiouser.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Structures, constants and callbacks: one Java class serves all levels, so the levels must agree where it says so. */
class StructsTest {
    /** What differs between levels; none of it is in {@link VfuConstants}, or its javadoc says from when it is there. */
    private static final Set<String> DIFFERENT =
            Set.of("LIB_VFIO_USER_MINOR", "VFU_MIGR_CALLBACKS_VERS", "VFU_PCI_DEV_NUM_REGIONS", "VFU_REGION_FLAG_MASK");

    @ParameterizedTest
    @EnumSource
    void theLevelsAgreeOnConstants(AbiLevel level) throws ReflectiveOperationException {
        Map<String, Object> newest = constants(AbiLevel.V0_2B);
        constants(level).forEach((name, value) -> {
            if (!DIFFERENT.contains(name) && newest.containsKey(name)) {
                assertThat(value).as(name).isEqualTo(newest.get(name));
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void theLevelsAgreeOnDmaInfoAndIovec(AbiLevel level) throws ReflectiveOperationException {
        for (String struct : Set.of("vfu_dma_info", "iovec")) {
            MemoryLayout layout = layout(level, struct);
            assertThat(layout).isEqualTo(layout(AbiLevel.V0_2B, struct));
        }
    }

    @ParameterizedTest
    @EnumSource
    void callbacksHaveTheShapesOfTheHeader(AbiLevel level) throws ReflectiveOperationException {
        assertCallback(level, "vfu_log_fn_t", Upcalls.LOG);
        assertCallback(level, "vfu_region_access_cb_t", Upcalls.REGION_ACCESS);
        assertCallback(level, "vfu_device_quiesce_cb_t", Upcalls.QUIESCE);
        assertCallback(level, "vfu_reset_cb_t", Upcalls.RESET);
        assertCallback(level, "vfu_dma_register_cb_t", Upcalls.DMA);
        assertCallback(level, "vfu_dma_unregister_cb_t", Upcalls.DMA);
        assertCallback(level, "vfu_dev_irq_state_cb_t", Upcalls.IRQ_STATE);
        assertCallback(level, "vfu_migration_callbacks_t$transition", MigrationCallbacks.TRANSITION);
        boolean windowed = level.migrationVersion() == 1;
        FunctionDescriptor data = windowed ? MigrationCallbacks.WINDOW_DATA : MigrationCallbacks.STREAM_DATA;
        assertCallback(level, "vfu_migration_callbacks_t$read_data", data);
        assertCallback(level, "vfu_migration_callbacks_t$write_data", data);
        if (windowed) {
            assertCallback(level, "vfu_migration_callbacks_t$get_pending_bytes", MigrationCallbacks.PENDING_BYTES);
            assertCallback(level, "vfu_migration_callbacks_t$prepare_data", MigrationCallbacks.PREPARE_DATA);
            assertCallback(level, "vfu_migration_callbacks_t$data_written", MigrationCallbacks.DATA_WRITTEN);
        }
    }

    @Test
    void migrationCallbacksAreLaidOutByVersion() throws ReflectiveOperationException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = MigrationCallbacks.allocate(new SilentMigration.One(), arena);
            MemorySegment two = MigrationCallbacks.allocate(new SilentMigration.Two(), arena);

            assertCallbacks(one, 56, 1);
            assertCallbacks(two, 32, 2);
            assertThat(layout(AbiLevel.V0_1, "vfu_migration_callbacks_t").byteSize())
                    .isEqualTo(56);
            assertThat(layout(AbiLevel.V0_2A, "vfu_migration_callbacks_t").byteSize())
                    .isEqualTo(32);
            assertThat(layout(AbiLevel.V0_2B, "vfu_migration_callbacks_t").byteSize())
                    .isEqualTo(32);
        }
    }

    @Test
    void ioVecsAndDmaInfosAreReadBack() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment array = IoVec.allocate(arena, 2);
            IoVec.set(array, 1, 0x1000, 0x2000);
            assertThat(IoVec.base(array, 0)).isZero();
            assertThat(IoVec.base(array, 1)).isEqualTo(0x1000);
            assertThat(IoVec.lengthBytes(array, 1)).isEqualTo(0x2000);

            MemorySegment info = arena.allocateFrom(ValueLayout.JAVA_LONG, 1L << 63, 2, 3, 4, 5, 6, 3);
            MemorySegment asItArrives = MemorySegment.ofAddress(info.address());
            assertThat(DmaInfo.copyOf(asItArrives)).isEqualTo(new DmaInfo(1L << 63, 2, 3, 4, 5, 6, 3));
        }
    }

    private static void assertCallbacks(MemorySegment callbacks, int sizeBytes, int version) {
        assertThat(callbacks.byteSize()).isEqualTo(sizeBytes);
        assertThat(callbacks.get(ValueLayout.JAVA_INT, 0)).isEqualTo(version);
        long[] pointers = callbacks.asSlice(8).toArray(ValueLayout.JAVA_LONG);
        assertThat(pointers).doesNotContain(0L).doesNotHaveDuplicates();
    }

    private static void assertCallback(AbiLevel level, String type, FunctionDescriptor ours)
            throws ReflectiveOperationException {
        FunctionDescriptor generated = (FunctionDescriptor)
                generated(level, type).getMethod("descriptor").invoke(null);
        assertThat(ShapesTest.classes(ours)).as(type).isEqualTo(ShapesTest.classes(generated));
    }

    private static MemoryLayout layout(AbiLevel level, String struct) throws ReflectiveOperationException {
        return (MemoryLayout) generated(level, struct).getMethod("layout").invoke(null);
    }

    private static Class<?> generated(AbiLevel level, String type) throws ClassNotFoundException {
        return Class.forName(GeneratedDescriptors.packageOf(level) + "." + type);
    }

    /** Constants are parameterless methods in capitals. */
    private static Map<String, Object> constants(AbiLevel level) throws ReflectiveOperationException {
        Map<String, Object> constants = new TreeMap<>();
        for (Method method : generated(level, "libvfio_user_h").getDeclaredMethods()) {
            if (Modifier.isPublic(method.getModifiers())
                    && method.getParameterCount() == 0
                    && method.getName().equals(method.getName().toUpperCase(Locale.ROOT))) {
                constants.put(method.getName(), method.invoke(null));
            }
        }
        assertThat(constants).hasSizeGreaterThan(40);
        return constants;
    }
}
