package io.vfiouser.abi;

import java.lang.foreign.FunctionDescriptor;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Every exported function of libvfio-user and its C shape at each level; no shape means that the level lacks it. */
@SuppressWarnings("ImmutableEnumChecker") // function descriptors are immutable, but not annotated so
enum NativeFunction {
    DMA_SG_SIZE(Shapes.LONG_NO_ARGUMENTS),
    VFU_CREATE_CTX(Shapes.POINTER_IPIPI),
    VFU_REALIZE_CTX(Shapes.INT_P),
    VFU_ATTACH_CTX(Shapes.INT_P),
    VFU_GET_POLL_FD(Shapes.INT_P),
    VFU_RUN_CTX(Shapes.INT_P),
    VFU_DESTROY_CTX(Shapes.VOID_P),
    VFU_GET_PRIVATE(Shapes.POINTER_P),
    VFU_LOG(Shapes.VOID_PIP_VARIADIC_P),
    VFU_SETUP_LOG(Shapes.INT_PPI),
    VFU_SETUP_REGION(Shapes.INT_PILPIPIIL),
    VFU_SETUP_DEVICE_QUIESCE_CB(Shapes.VOID_PP),
    VFU_DEVICE_QUIESCED(Shapes.INT_PI),
    VFU_SETUP_DEVICE_RESET_CB(Shapes.INT_PP),
    VFU_SETUP_DEVICE_DMA(Shapes.INT_PPP, Shapes.INT_PPP, Shapes.INT_PLPP),
    VFU_SETUP_DEVICE_NR_IRQS(Shapes.INT_PII),
    VFU_SETUP_IRQ_STATE_CALLBACK(Shapes.INT_PIP),
    VFU_GET_MIGR_REGISTER_AREA_SIZE(Shapes.LONG_NO_ARGUMENTS, null, null),
    VFU_SETUP_DEVICE_MIGRATION_CALLBACKS(Shapes.INT_PPL, Shapes.INT_PP, Shapes.INT_PP),
    VFU_IRQ_TRIGGER(Shapes.INT_PI),
    // The DMA address is declared as a pointer that nobody may follow: a number here, of the same class in the ABI.
    VFU_ADDR_TO_SGL(Shapes.INT_PLLPLI),
    VFU_SGL_GET(Shapes.INT_PPPLI),
    VFU_SGL_MARK_DIRTY(Shapes.VOID_PPL),
    VFU_SGL_PUT(Shapes.VOID_PPPL),
    VFU_SGL_READ(Shapes.INT_PPLP, Shapes.INT_PPLP, Shapes.INT_PPLPI),
    VFU_SGL_WRITE(Shapes.INT_PPLP, Shapes.INT_PPLP, Shapes.INT_PPLPI),
    VFU_PCI_INIT(Shapes.INT_PIII),
    VFU_PCI_SET_ID(Shapes.VOID_PSSSS),
    VFU_PCI_SET_CLASS(Shapes.VOID_PBBB),
    VFU_PCI_GET_CONFIG_SPACE(Shapes.POINTER_P),
    VFU_PCI_ADD_CAPABILITY(Shapes.LONG_PLIP),
    VFU_PCI_FIND_CAPABILITY(Shapes.LONG_PZI),
    VFU_PCI_FIND_NEXT_CAPABILITY(Shapes.LONG_PZLI),
    VFU_SG_IS_MAPPABLE(Shapes.BOOL_PP),
    VFU_CREATE_IOEVENTFD(Shapes.INT_PIILIIL, Shapes.INT_PIILIILIL, Shapes.INT_PIILIILIL);

    private final @Nullable FunctionDescriptor v01;
    private final @Nullable FunctionDescriptor v02a;
    private final @Nullable FunctionDescriptor v02b;

    NativeFunction(FunctionDescriptor everywhere) {
        this(everywhere, everywhere, everywhere);
    }

    NativeFunction(
            @Nullable FunctionDescriptor v01, @Nullable FunctionDescriptor v02a, @Nullable FunctionDescriptor v02b) {
        this.v01 = v01;
        this.v02a = v02a;
        this.v02b = v02b;
    }

    /** The name the library exports. */
    String symbol() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Its place in an array with an entry per function; arrays are read faster than maps, and only in this process. */
    @SuppressWarnings("EnumOrdinal") // nothing is stored by it
    int index() {
        return ordinal();
    }

    /** The C shape at a level, or {@code null} if the level does not export the function. */
    @Nullable
    FunctionDescriptor shape(AbiLevel level) {
        return switch (level) {
            case V0_1 -> v01;
            case V0_2A -> v02a;
            case V0_2B -> v02b;
        };
    }

    /** Whether all levels export it: what lacks such a function is not libvfio-user. */
    boolean isCommon() {
        return v01 != null && v02a != null && v02b != null;
    }

    /** How many functions all levels export. */
    static int commonCount() {
        return (int) Arrays.stream(values()).filter(NativeFunction::isCommon).count();
    }
}
