package io.vfiouser.abi;

import io.vfiouser.ffi.v02b.libvfio_user_h;

/** Constants of {@code libvfio-user.h}, as jextract read them; the same at all levels unless said otherwise. */
public final class VfuConstants {
    /** {@code VFU_TRANS_SOCK}: a UNIX socket. */
    public static final int TRANSPORT_SOCKET = libvfio_user_h.VFU_TRANS_SOCK();

    /** {@code VFU_DEV_TYPE_PCI}. */
    public static final int DEVICE_TYPE_PCI = libvfio_user_h.VFU_DEV_TYPE_PCI();

    /** {@code LIBVFIO_USER_FLAG_ATTACH_NB}: attaching and running do not wait. */
    public static final int FLAG_ATTACH_NON_BLOCKING = libvfio_user_h.LIBVFIO_USER_FLAG_ATTACH_NB();

    /** {@code VFU_REGION_FLAG_READ}. */
    public static final int REGION_FLAG_READ = libvfio_user_h.VFU_REGION_FLAG_READ();

    /** {@code VFU_REGION_FLAG_WRITE}. */
    public static final int REGION_FLAG_WRITE = libvfio_user_h.VFU_REGION_FLAG_WRITE();

    /** {@code VFU_REGION_FLAG_MEM}: a memory region, not an I/O one. */
    public static final int REGION_FLAG_MEMORY = libvfio_user_h.VFU_REGION_FLAG_MEM();

    /** {@code VFU_REGION_FLAG_ALWAYS_CB}: the callback sees every access to the configuration space. */
    public static final int REGION_FLAG_ALWAYS_CALL = libvfio_user_h.VFU_REGION_FLAG_ALWAYS_CB();

    /** {@code VFU_REGION_FLAG_64_BITS}: a BAR of 64 bits; since 0.2a. */
    public static final int REGION_FLAG_64_BITS = libvfio_user_h.VFU_REGION_FLAG_64_BITS();

    /** {@code VFU_REGION_FLAG_PREFETCH}: a prefetchable BAR; since 0.2a. */
    public static final int REGION_FLAG_PREFETCHABLE = libvfio_user_h.VFU_REGION_FLAG_PREFETCH();

    /** What 0.1 does not know. */
    static final int REGION_FLAGS_SINCE_0_2 = REGION_FLAG_64_BITS | REGION_FLAG_PREFETCHABLE;

    /** {@code VFU_PCI_DEV_BAR0_REGION_IDX}; the other BARs follow. */
    public static final int REGION_BAR0 = libvfio_user_h.VFU_PCI_DEV_BAR0_REGION_IDX();

    /** {@code VFU_PCI_DEV_ROM_REGION_IDX}. */
    public static final int REGION_ROM = libvfio_user_h.VFU_PCI_DEV_ROM_REGION_IDX();

    /** {@code VFU_PCI_DEV_CFG_REGION_IDX}: the configuration space. */
    public static final int REGION_CONFIG = libvfio_user_h.VFU_PCI_DEV_CFG_REGION_IDX();

    /** {@code VFU_PCI_DEV_VGA_REGION_IDX}. */
    public static final int REGION_VGA = libvfio_user_h.VFU_PCI_DEV_VGA_REGION_IDX();

    /** {@code VFU_PCI_DEV_MIGR_REGION_IDX}: the migration region; only at 0.1. */
    public static final int REGION_MIGRATION = io.vfiouser.ffi.v01.libvfio_user_h.VFU_PCI_DEV_MIGR_REGION_IDX();

    /** {@code VFU_PCI_TYPE_CONVENTIONAL}. */
    public static final int PCI_TYPE_CONVENTIONAL = libvfio_user_h.VFU_PCI_TYPE_CONVENTIONAL();

    /** {@code VFU_PCI_TYPE_PCI_X_1}. */
    public static final int PCI_TYPE_PCI_X_1 = libvfio_user_h.VFU_PCI_TYPE_PCI_X_1();

    /** {@code VFU_PCI_TYPE_PCI_X_2}. */
    public static final int PCI_TYPE_PCI_X_2 = libvfio_user_h.VFU_PCI_TYPE_PCI_X_2();

    /** {@code VFU_PCI_TYPE_EXPRESS}. */
    public static final int PCI_TYPE_EXPRESS = libvfio_user_h.VFU_PCI_TYPE_EXPRESS();

    /** {@code VFU_CAP_FLAG_EXTENDED}: an extended capability. */
    public static final int CAPABILITY_FLAG_EXTENDED = libvfio_user_h.VFU_CAP_FLAG_EXTENDED();

    /** {@code VFU_CAP_FLAG_CALLBACK}: accesses go to the callback of the configuration space. */
    public static final int CAPABILITY_FLAG_CALL = libvfio_user_h.VFU_CAP_FLAG_CALLBACK();

    /** {@code VFU_CAP_FLAG_READONLY}. */
    public static final int CAPABILITY_FLAG_READ_ONLY = libvfio_user_h.VFU_CAP_FLAG_READONLY();

    /** {@code VFU_RESET_DEVICE}. */
    public static final int RESET_DEVICE = libvfio_user_h.VFU_RESET_DEVICE();

    /** {@code VFU_RESET_LOST_CONN}: the client is gone. */
    public static final int RESET_LOST_CONNECTION = libvfio_user_h.VFU_RESET_LOST_CONN();

    /** {@code VFU_RESET_PCI_FLR}: a function level reset. */
    public static final int RESET_PCI_FLR = libvfio_user_h.VFU_RESET_PCI_FLR();

    /** {@code VFU_DEV_INTX_IRQ}. */
    public static final int IRQ_INTX = libvfio_user_h.VFU_DEV_INTX_IRQ();

    /** {@code VFU_DEV_MSI_IRQ}. */
    public static final int IRQ_MSI = libvfio_user_h.VFU_DEV_MSI_IRQ();

    /** {@code VFU_DEV_MSIX_IRQ}. */
    public static final int IRQ_MSIX = libvfio_user_h.VFU_DEV_MSIX_IRQ();

    /** {@code VFU_DEV_ERR_IRQ}. */
    public static final int IRQ_ERR = libvfio_user_h.VFU_DEV_ERR_IRQ();

    /** {@code VFU_DEV_REQ_IRQ}. */
    public static final int IRQ_REQ = libvfio_user_h.VFU_DEV_REQ_IRQ();

    /** {@code VFU_DEV_NUM_IRQS}: how many types of interrupts there are. */
    public static final int IRQ_TYPES = libvfio_user_h.VFU_DEV_NUM_IRQS();

    /** {@code VFU_MIGR_STATE_STOP}. */
    public static final int MIGRATION_STOP = libvfio_user_h.VFU_MIGR_STATE_STOP();

    /** {@code VFU_MIGR_STATE_RUNNING}. */
    public static final int MIGRATION_RUNNING = libvfio_user_h.VFU_MIGR_STATE_RUNNING();

    /** {@code VFU_MIGR_STATE_STOP_AND_COPY}. */
    public static final int MIGRATION_STOP_AND_COPY = libvfio_user_h.VFU_MIGR_STATE_STOP_AND_COPY();

    /** {@code VFU_MIGR_STATE_PRE_COPY}. */
    public static final int MIGRATION_PRE_COPY = libvfio_user_h.VFU_MIGR_STATE_PRE_COPY();

    /** {@code VFU_MIGR_STATE_RESUME}. */
    public static final int MIGRATION_RESUME = libvfio_user_h.VFU_MIGR_STATE_RESUME();

    /** {@code VFU_SGL_DIRECT_ACCESS}: through the file descriptor if there is one; only at 0.2b. */
    public static final int SGL_DIRECT_ACCESS = libvfio_user_h.VFU_SGL_DIRECT_ACCESS();

    /** {@code LIBVFIO_USER_MAX_DMA_REGIONS}: the default limit at 0.2b. */
    public static final int DEFAULT_MAX_DMA_REGIONS = libvfio_user_h.LIBVFIO_USER_MAX_DMA_REGIONS();

    private VfuConstants() {}
}
