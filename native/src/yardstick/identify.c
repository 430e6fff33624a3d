#include "identify.h"

#include <string.h>

#include "pci_function.h"

enum { CNS_NAMESPACE = 0x00, CNS_CONTROLLER = 0x01, CNS_ACTIVE_NAMESPACES = 0x02, CNS_NAMESPACE_DESCRIPTORS = 0x03 };

/* As PCI_VENDOR, of nobody in particular; all yardsticks have the same. */
static const uint8_t eui64[8] = { 0x02, 0x00, 0x00, 0xff, 0xfe, 0x79, 0x61, 0x72 };
static const uint8_t nguid[16] = { 0x02, 0x00, 0x00, 0x00, 0x79, 0x61, 0x72, 0x64, 0x02, 0x00, 0x00, 0xff, 0xfe, 0x79, 0x61, 0x72 };
static const uint8_t uuid[16] = { 0x6e, 0x76, 0x6d, 0x65, 0x2d, 0x79, 0x41, 0x72, 0x84, 0x73, 0x74, 0x69, 0x63, 0x6b, 0x00, 0x01 };

static void
put16(uint8_t *data, unsigned offset, uint16_t value)
{
    memcpy(data + offset, &value, sizeof(value));
}

static void
put32(uint8_t *data, unsigned offset, uint32_t value)
{
    memcpy(data + offset, &value, sizeof(value));
}

static void
put64(uint8_t *data, unsigned offset, uint64_t value)
{
    memcpy(data + offset, &value, sizeof(value));
}

/* ASCII strings are filled up with spaces. */
static void
put_ascii(uint8_t *data, unsigned offset, unsigned length, const char *text)
{
    memset(data + offset, ' ', length);
    memcpy(data + offset, text, strlen(text));
}

static void
identify_controller(const struct controller *controller, uint8_t *data)
{
    put16(data, 0, PCI_VENDOR);
    put16(data, 2, PCI_VENDOR);
    put_ascii(data, 4, 20, "YARDSTICK-1");
    put_ascii(data, 24, 40, "vfio-user NVMe yardstick in C");
    put_ascii(data, 64, 8, "1");
    data[77] = TRANSFER_SHIFT;
    put32(data, 80, NVME_VERSION);
    data[111] = 1; /* CNTRLTYPE: I/O controller */
    data[258] = ABORT_LIMIT - 1;
    data[259] = AER_LIMIT - 1;
    data[260] = 1 | 1 << 1; /* FRMW: one firmware slot, read-only */
    put64(data, 280, controller->medium->bytes); /* TNVMCAP */
    data[512] = 0x66;                            /* SQES: 64 bytes */
    data[513] = 0x44;                            /* CQES: 16 bytes */
    put32(data, 516, NAMESPACE_ID);              /* NN */
    put16(data, 520, 1 << 3);                    /* ONCS: Write Zeroes */
    data[525] = 3 << 1;                          /* VWC: none; Flush takes NSID_ALL */
    put32(data, 536, 1 | 1 << 16 | 1 << 18);     /* SGLS: bytes, bit buckets, longer than the data */
    strcpy((char *)data + 768, "nqn.2014-08.org.nvmexpress:uuid:6e766d65-2d79-4172-8473-7469636b0001");
    put16(data, 2048, 2500); /* PSD0: maximum power, centiwatts */
}

static void
identify_namespace(const struct controller *controller, uint8_t *data)
{
    put64(data, 0, controller->blocks);  /* NSZE */
    put64(data, 8, controller->blocks);  /* NCAP */
    put64(data, 16, controller->blocks); /* NUSE */
    data[33] = 1;                        /* DLFEAT: deallocated blocks read as zeroes */
    put64(data, 48, controller->medium->bytes);
    memcpy(data + 104, nguid, sizeof(nguid));
    memcpy(data + 120, eui64, sizeof(eui64));
    data[128 + 2] = BLOCK_SHIFT; /* LBAF0 */
}

static uint8_t *
put_descriptor(uint8_t *at, uint8_t type, const uint8_t *identifier, uint8_t length)
{
    at[0] = type;
    at[1] = length;
    memcpy(at + 4, identifier, length);
    return at + 4 + length;
}

static void
identify_descriptors(uint8_t *data)
{
    static const uint8_t nvm_command_set = 0;

    data = put_descriptor(data, 1, eui64, sizeof(eui64));
    data = put_descriptor(data, 2, nguid, sizeof(nguid));
    data = put_descriptor(data, 3, uuid, sizeof(uuid));
    put_descriptor(data, 4, &nvm_command_set, 1);
}

uint16_t
identify(const struct controller *controller, unsigned cns, uint32_t nsid, uint8_t data[IDENTIFY_BYTES])
{
    switch (cns) {
    case CNS_CONTROLLER:
        identify_controller(controller, data);
        return STATUS_SUCCESS;
    case CNS_ACTIVE_NAMESPACES:
        if (nsid >= NSID_ALL - 1) {
            return STATUS_INVALID_NAMESPACE;
        }
        if (nsid < NAMESPACE_ID) {
            put32(data, 0, NAMESPACE_ID);
        }
        return STATUS_SUCCESS;
    case CNS_NAMESPACE:
    case CNS_NAMESPACE_DESCRIPTORS:
        if (nsid != NAMESPACE_ID) {
            return STATUS_INVALID_NAMESPACE;
        }
        if (cns == CNS_NAMESPACE) {
            identify_namespace(controller, data);
        } else {
            identify_descriptors(data);
        }
        return STATUS_SUCCESS;
    default:
        return STATUS_INVALID_FIELD;
    }
}
