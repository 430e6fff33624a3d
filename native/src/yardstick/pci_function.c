#include "pci_function.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "libvfio-user.h"
#include "say.h"

#define BAR0_BYTES (16 << 10)
#define DOORBELL_BYTES (DOORBELL_PAIRS * sizeof(struct doorbell_pair))
#define MSIX_BAR_BYTES (4 << 10)

_Static_assert(REG_DOORBELLS + DOORBELL_BYTES <= BAR0_BYTES, "the doorbells lie in BAR0");
_Static_assert(INTERRUPT_VECTORS * 16 <= MSIX_BAR_BYTES, "the MSI-X table lies in BAR4");

struct pci_function {
    vfu_ctx_t *context;
    char *socket;
    int bar0_fd;
    size_t msix_offset; /* of the capability in configuration space */
    bool connected;
    bool trying; /* a vector that may have no descriptor: the library's complaint is no news */
    struct interrupts interrupts;
    uint8_t msix_table[MSIX_BAR_BYTES];
    uint8_t msix_pending[MSIX_BAR_BYTES];
    struct controller controller;
};

static void
log_message(vfu_ctx_t *context, int level, const char *message)
{
    const struct pci_function *function = vfu_get_private(context);

    (void)level;
    if (!function->trying) {
        say_limited("libvfio-user: %s", message);
    }
}

static int
trigger(void *context, uint32_t vector)
{
    struct pci_function *function = context;
    int result;

    function->trying = true;
    result = vfu_irq_trigger(function->context, vector);
    function->trying = false;
    return result;
}

/* ---- callbacks of the library; all on the one thread ---- */

static ssize_t
access_bar0(vfu_ctx_t *context, char *data, size_t count, loff_t offset, bool is_write)
{
    struct pci_function *function = vfu_get_private(context);

    if (is_write) {
        controller_write(&function->controller, (uint64_t)offset, (const uint8_t *)data, count);
    } else {
        controller_read(&function->controller, (uint64_t)offset, (uint8_t *)data, count);
    }
    return (ssize_t)count;
}

static ssize_t
access_bytes(uint8_t *bytes, char *data, size_t count, loff_t offset, bool is_write)
{
    if (offset < 0 || offset > MSIX_BAR_BYTES || count > (size_t)(MSIX_BAR_BYTES - offset)) {
        errno = EINVAL;
        return -1;
    }
    if (is_write) {
        memcpy(bytes + offset, data, count);
    } else {
        memcpy(data, bytes + offset, count);
    }
    return (ssize_t)count;
}

static ssize_t
access_bar4(vfu_ctx_t *context, char *data, size_t count, loff_t offset, bool is_write)
{
    struct pci_function *function = vfu_get_private(context);

    return access_bytes(function->msix_table, data, count, offset, is_write);
}

static ssize_t
access_bar5(vfu_ctx_t *context, char *data, size_t count, loff_t offset, bool is_write)
{
    struct pci_function *function = vfu_get_private(context);

    return access_bytes(function->msix_pending, data, count, offset, is_write);
}

/*
 * Configuration space but for what the library handles. MSI-X comes here too, since the library copies a write that is longer than the
 * capability past a structure on its stack (README.md): only Function Mask and MSI-X Enable, two bits of one byte, can be written.
 */
static ssize_t
access_config(vfu_ctx_t *context, char *data, size_t count, loff_t offset, bool is_write)
{
    struct pci_function *function = vfu_get_private(context);
    uint8_t *space = (uint8_t *)vfu_pci_get_config_space(context);
    size_t control = function->msix_offset + PCI_MSIX_FLAGS + 1;
    const uint8_t writable = (PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL) >> 8;

    if (offset < 0 || offset > PCI_CFG_SPACE_EXP_SIZE || count > (size_t)(PCI_CFG_SPACE_EXP_SIZE - offset)) {
        errno = EINVAL;
        return -1;
    }
    if (!is_write) {
        memcpy(data, space + offset, count);
    } else if (control >= (size_t)offset && control < (size_t)offset + count) {
        space[control] = (uint8_t)((space[control] & ~writable) | ((uint8_t)data[control - (size_t)offset] & writable));
    }
    return (ssize_t)count;
}

static void
dma_registered(vfu_ctx_t *context, vfu_dma_info_t *info)
{
    struct pci_function *function = vfu_get_private(context);

    /* Memory that is not mapped here is not used: commands that name it fail with Data Transfer Error. */
    if (info->vaddr == NULL) {
        return;
    }
    if (!guest_memory_add(&function->controller.memory, (uint64_t)(uintptr_t)info->iova.iov_base, info->vaddr, info->iova.iov_len,
                          (info->prot & PROT_READ) != 0, (info->prot & PROT_WRITE) != 0)) {
        say_limited("the DMA region at %p is not used: it overlaps another, may not be accessed, or there is no memory for it",
                    info->iova.iov_base);
        return;
    }
    controller_memory_changed(&function->controller);
}

static void
dma_unregistered(vfu_ctx_t *context, vfu_dma_info_t *info)
{
    struct pci_function *function = vfu_get_private(context);

    if (info->vaddr != NULL) {
        guest_memory_remove(&function->controller.memory, (uint64_t)(uintptr_t)info->iova.iov_base);
        controller_memory_changed(&function->controller);
    }
}

/* The thread that asks is the one that would have to stop. */
static int
quiesce(vfu_ctx_t *context)
{
    (void)context;
    return 0;
}

static int
reset(vfu_ctx_t *context, vfu_reset_type_t type)
{
    struct pci_function *function = vfu_get_private(context);

    (void)type;
    controller_reset(&function->controller);
    interrupts_reset(&function->interrupts);
    memset(function->msix_table, 0, sizeof(function->msix_table));
    memset(function->msix_pending, 0, sizeof(function->msix_pending));
    return 0;
}

static void
msix_masked(vfu_ctx_t *context, uint32_t start, uint32_t count, bool mask)
{
    struct pci_function *function = vfu_get_private(context);

    interrupts_mask(&function->interrupts, start, count, mask);
}

/* ---- making the function ---- */

static bool
add_capabilities(struct pci_function *function)
{
    vfu_ctx_t *context = function->context;
    struct pmcap pm = { .hdr.id = PCI_CAP_ID_PM, .pc.vs = 3, .pmcs.nsfrst = 1 };
    struct pxcap px = {
        .hdr.id = PCI_CAP_ID_EXP,
        .pxcaps.ver = 2,
        .pxdcap = { .rer = 1, .flrc = 1 },
        .pxdcap2 = { .ctds = 1 },
    };
    struct msixcap msix = {
        .hdr.id = PCI_CAP_ID_MSIX,
        .mxc.ts = INTERRUPT_VECTORS - 1,
        .mtab = { .tbir = VFU_PCI_DEV_BAR4_REGION_IDX },
        .mpba = { .pbir = VFU_PCI_DEV_BAR5_REGION_IDX },
    };
    ssize_t offset;

    if (vfu_pci_add_capability(context, 0, 0, &pm) < 0 || vfu_pci_add_capability(context, 0, 0, &px) < 0) {
        return false;
    }
    offset = vfu_pci_add_capability(context, 0, VFU_CAP_FLAG_CALLBACK, &msix);
    function->msix_offset = (size_t)offset;
    return offset >= 0;
}

static bool
add_regions(struct pci_function *function)
{
    vfu_ctx_t *context = function->context;
    struct iovec doorbells = { .iov_base = (void *)(uintptr_t)REG_DOORBELLS, .iov_len = DOORBELL_BYTES };
    int memory = VFU_REGION_FLAG_RW | VFU_REGION_FLAG_MEM;

    return vfu_setup_region(context, VFU_PCI_DEV_CFG_REGION_IDX, PCI_CFG_SPACE_EXP_SIZE, access_config, VFU_REGION_FLAG_RW, NULL, 0,
                            -1, 0) == 0 &&
           vfu_setup_region(context, VFU_PCI_DEV_BAR0_REGION_IDX, BAR0_BYTES, access_bar0, memory, &doorbells, 1,
                            function->bar0_fd, 0) == 0 &&
           vfu_setup_region(context, VFU_PCI_DEV_BAR4_REGION_IDX, MSIX_BAR_BYTES, access_bar4, memory, NULL, 0, -1, 0) == 0 &&
           vfu_setup_region(context, VFU_PCI_DEV_BAR5_REGION_IDX, MSIX_BAR_BYTES, access_bar5, memory, NULL, 0, -1, 0) == 0;
}

static int
setup_dma(vfu_ctx_t *context)
{
#ifdef LIBVFIO_USER_MAX_DMA_REGIONS /* level 0.2b */
    return vfu_setup_device_dma(context, LIBVFIO_USER_MAX_DMA_REGIONS, dma_registered, dma_unregistered);
#else
    return vfu_setup_device_dma(context, dma_registered, dma_unregistered);
#endif
}

static bool
set_up(struct pci_function *function)
{
    vfu_ctx_t *context = function->context;

    if (vfu_setup_log(context, log_message, LOG_ERR) != 0 || vfu_pci_init(context, VFU_PCI_TYPE_EXPRESS, PCI_HEADER_TYPE_NORMAL, 0) != 0) {
        return false;
    }
    vfu_pci_set_id(context, PCI_VENDOR, PCI_DEVICE, PCI_VENDOR, 0);
    vfu_pci_set_class(context, 0x01, 0x08, 0x02);
    vfu_setup_device_quiesce_cb(context, quiesce);
    /* The configuration region comes first: a capability with a callback wants it. */
    return add_regions(function) && add_capabilities(function) && setup_dma(context) == 0 &&
           vfu_setup_device_reset_cb(context, reset) == 0 &&
           vfu_setup_device_nr_irqs(context, VFU_DEV_MSIX_IRQ, INTERRUPT_VECTORS) == 0 &&
           vfu_setup_irq_state_callback(context, VFU_DEV_MSIX_IRQ, msix_masked) == 0 && vfu_realize_ctx(context) == 0;
}

/* Removes a socket that nobody answers on, as a process that was killed leaves it. */
static void
remove_stale(const char *socket_path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct stat status;
    int fd;

    if (strlen(socket_path) >= sizeof(address.sun_path) || lstat(socket_path, &status) != 0 || !S_ISSOCK(status.st_mode)) {
        return;
    }
    strcpy(address.sun_path, socket_path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return;
    }
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0 && errno == ECONNREFUSED) {
        unlink(socket_path);
    }
    close(fd);
}

static struct doorbell_pair *
map_doorbells(struct pci_function *function)
{
    void *page;

    function->bar0_fd = memfd_create("nvme-yardstick-bar0", MFD_CLOEXEC);
    if (function->bar0_fd < 0 || ftruncate(function->bar0_fd, BAR0_BYTES) != 0) {
        return NULL;
    }
    page = mmap(NULL, DOORBELL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, function->bar0_fd, REG_DOORBELLS);
    return page == MAP_FAILED ? NULL : page;
}

struct pci_function *
pci_function_open(const char *socket, struct medium *medium)
{
    struct pci_function *function = aligned_alloc(64, (sizeof(*function) + 63) & ~63ull);
    struct doorbell_pair *doorbells;

    if (function == NULL) {
        say("there is no memory for the controller");
        return NULL;
    }
    memset(function, 0, sizeof(*function));
    doorbells = map_doorbells(function);
    function->socket = strdup(socket);
    if (doorbells == NULL || function->socket == NULL) {
        say("the doorbell page cannot be made: %s", strerror(errno));
        pci_function_close(function);
        return NULL;
    }
    function->interrupts.trigger = trigger;
    function->interrupts.context = function;
    controller_init(&function->controller, doorbells, medium, &function->interrupts);
    remove_stale(socket);
    function->context = vfu_create_ctx(VFU_TRANS_SOCK, socket, LIBVFIO_USER_FLAG_ATTACH_NB, function, VFU_DEV_TYPE_PCI);
    if (function->context == NULL || !set_up(function)) {
        say("cannot serve on %s: %s", socket, strerror(errno));
        pci_function_close(function);
        return NULL;
    }
    return function;
}

struct controller *
pci_function_controller(struct pci_function *function)
{
    return &function->controller;
}

bool
pci_function_attach(struct pci_function *function)
{
    if (vfu_attach_ctx(function->context) == 0) {
        function->connected = true;
        return true;
    }
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        say_limited("a client could not be taken on: %s", strerror(errno));
    }
    return false;
}

bool
pci_function_run(struct pci_function *function)
{
    int handled = vfu_run_ctx(function->context);

    if (handled > 0) {
        interrupts_changed(&function->interrupts);
        return true;
    }
    /* A message that the library refused was answered; only a client that has gone ends this. */
    if (handled < 0 && errno == ENOTCONN) {
        function->connected = false;
        return false;
    }
    return true;
}

void
pci_function_wait(struct pci_function *function, int milliseconds)
{
    struct pollfd fd = { .fd = vfu_get_poll_fd(function->context), .events = POLLIN };

    poll(&fd, 1, milliseconds);
}

void
pci_function_close(struct pci_function *function)
{
    if (function->context != NULL) {
        vfu_destroy_ctx(function->context);
        unlink(function->socket);
    }
    if (function->controller.doorbells != NULL) {
        munmap(function->controller.doorbells, DOORBELL_BYTES);
    }
    if (function->bar0_fd > 0) {
        close(function->bar0_fd);
    }
    guest_memory_clear(&function->controller.memory);
    free(function->socket);
    free(function);
}
