/*
 * What NVMe puts on the wire and in registers, as far as the yardstick uses it: NVM Express Base 2.1, NVM Command Set 1.1. Only x86-64 and
 * other little-endian machines, so that fields are as they lie in memory.
 */
#ifndef YARDSTICK_NVME_H
#define YARDSTICK_NVME_H

#include <stddef.h>
#include <stdint.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "NVMe is little-endian, and nothing here converts");

/* ---- controller properties (Base 3.1.4) ---- */

enum {
    REG_CAP = 0x00,
    REG_VS = 0x08,
    REG_INTMS = 0x0c,
    REG_INTMC = 0x10,
    REG_CC = 0x14,
    REG_CSTS = 0x1c,
    REG_AQA = 0x24,
    REG_ASQ = 0x28,
    REG_ACQ = 0x30,
    REG_DOORBELLS = 0x1000,
};

#define NVME_VERSION 0x00010400u /* 1.4 */

#define CAP_CQR (1ull << 16)
#define CAP_TO_SHIFT 24 /* units of 500 ms */
#define CAP_CSS_NVM (1ull << 37)
#define CAP_MPSMAX_SHIFT 52

#define CC_EN 1u
#define CC_DEFINED 0x00fffff1u
#define CC_CSS(cc) (((cc) >> 4) & 7)
#define CC_PAGE_SHIFT(cc) (12 + (((cc) >> 7) & 15))
#define CC_AMS(cc) (((cc) >> 11) & 7)
#define CC_SHN(cc) (((cc) >> 14) & 3)
#define CC_IOSQES(cc) (((cc) >> 16) & 15)
#define CC_IOCQES(cc) (((cc) >> 20) & 15)

#define CSTS_RDY 1u
#define CSTS_CFS 2u
#define CSTS_SHST_COMPLETE (2u << 2)

/* ---- queue entries (Base 4.1, 4.2) ---- */

struct submission_entry {
    uint32_t cdw0; /* opcode 7:0, FUSE 9:8, PSDT 15:14, command identifier 31:16 */
    uint32_t nsid;
    uint32_t cdw2;
    uint32_t cdw3;
    uint64_t mptr;
    uint64_t dptr[2]; /* two PRP entries, or one SGL descriptor */
    uint32_t cdw10;
    uint32_t cdw11;
    uint32_t cdw12;
    uint32_t cdw13;
    uint32_t cdw14;
    uint32_t cdw15;
};
_Static_assert(sizeof(struct submission_entry) == 64, "a submission entry has 64 bytes");

#define CDW0_OPCODE(cdw0) ((cdw0) & 0xff)
#define CDW0_FUSE(cdw0) (((cdw0) >> 8) & 3)
#define CDW0_PSDT(cdw0) (((cdw0) >> 14) & 3)
#define CDW0_CID(cdw0) ((cdw0) >> 16)

enum { PSDT_PRP = 0, PSDT_SGL = 1, PSDT_SGL_METADATA_SGL = 2, PSDT_RESERVED = 3 };

struct completion_entry {
    uint64_t result; /* DW0, DW1 */
    uint64_t second; /* SQ head 15:0, SQ identifier 31:16, command identifier 47:32, phase 48, status 63:49 */
};
_Static_assert(sizeof(struct completion_entry) == 16, "a completion entry has 16 bytes");

#define NSID_ALL 0xffffffffu

/* ---- SGL descriptors (Base 4.3.2) ---- */

struct sgl_descriptor {
    uint64_t address;
    uint64_t length_and_type; /* length 31:0, type and sub type 63:56 */
};
_Static_assert(sizeof(struct sgl_descriptor) == 16, "an SGL descriptor has 16 bytes");

enum { SGL_DATA_BLOCK = 0x00, SGL_BIT_BUCKET = 0x10, SGL_SEGMENT = 0x20, SGL_LAST_SEGMENT = 0x30 };

/* ---- opcodes ---- */

enum { IO_FLUSH = 0x00, IO_WRITE = 0x01, IO_READ = 0x02, IO_WRITE_ZEROES = 0x08 };

enum {
    ADMIN_DELETE_SQ = 0x00,
    ADMIN_CREATE_SQ = 0x01,
    ADMIN_GET_LOG_PAGE = 0x02,
    ADMIN_DELETE_CQ = 0x04,
    ADMIN_CREATE_CQ = 0x05,
    ADMIN_IDENTIFY = 0x06,
    ADMIN_ABORT = 0x08,
    ADMIN_SET_FEATURES = 0x09,
    ADMIN_GET_FEATURES = 0x0a,
    ADMIN_ASYNC_EVENT_REQUEST = 0x0c,
    ADMIN_KEEP_ALIVE = 0x18,
};

/* CDW12 of Read, Write, Write Zeroes */
#define CDW12_BLOCKS(cdw12) (((cdw12) & 0xffff) + 1)
#define CDW12_CETYPE 0x000f0000u
#define CDW12_DTYPE 0x00f00000u
#define CDW12_NAMESPACE_ZEROES 0x00800000u

/* ---- status: code 7:0, type 10:8, Do Not Retry 14; shifted as in the second half of a completion entry by its users ---- */

#define STATUS_DNR 0x4000u
#define STATUS_GENERIC(code) (code)
#define STATUS_SPECIFIC(code) (0x100u | (code))

enum {
    STATUS_SUCCESS = 0,
    STATUS_INVALID_OPCODE = STATUS_GENERIC(0x01) | STATUS_DNR,
    STATUS_INVALID_FIELD = STATUS_GENERIC(0x02) | STATUS_DNR,
    STATUS_DATA_TRANSFER_ERROR = STATUS_GENERIC(0x04),
    STATUS_ABORT_REQUESTED = STATUS_GENERIC(0x07),
    STATUS_INVALID_NAMESPACE = STATUS_GENERIC(0x0b) | STATUS_DNR,
    STATUS_COMMAND_SEQUENCE_ERROR = STATUS_GENERIC(0x0c) | STATUS_DNR,
    STATUS_INVALID_SGL_SEGMENT = STATUS_GENERIC(0x0d) | STATUS_DNR,
    STATUS_INVALID_SGL_COUNT = STATUS_GENERIC(0x0e) | STATUS_DNR,
    STATUS_SGL_LENGTH_INVALID = STATUS_GENERIC(0x0f) | STATUS_DNR,
    STATUS_SGL_TYPE_INVALID = STATUS_GENERIC(0x11) | STATUS_DNR,
    STATUS_PRP_OFFSET_INVALID = STATUS_GENERIC(0x13) | STATUS_DNR,
    STATUS_LBA_OUT_OF_RANGE = STATUS_GENERIC(0x80) | STATUS_DNR,
    STATUS_CQ_INVALID = STATUS_SPECIFIC(0x00) | STATUS_DNR,
    STATUS_INVALID_QUEUE_ID = STATUS_SPECIFIC(0x01) | STATUS_DNR,
    STATUS_INVALID_QUEUE_SIZE = STATUS_SPECIFIC(0x02) | STATUS_DNR,
    STATUS_AER_LIMIT_EXCEEDED = STATUS_SPECIFIC(0x05) | STATUS_DNR,
    STATUS_INVALID_VECTOR = STATUS_SPECIFIC(0x08) | STATUS_DNR,
    STATUS_INVALID_LOG_PAGE = STATUS_SPECIFIC(0x09) | STATUS_DNR,
    STATUS_INVALID_QUEUE_DELETION = STATUS_SPECIFIC(0x0c) | STATUS_DNR,
    STATUS_FEATURE_NOT_SAVEABLE = STATUS_SPECIFIC(0x0d) | STATUS_DNR,
};

/* ---- features, log pages ---- */

enum {
    FEATURE_ARBITRATION = 0x01,
    FEATURE_NUMBER_OF_QUEUES = 0x07,
    FEATURE_ASYNC_EVENT_CONFIGURATION = 0x0b,
};

enum { LOG_ERROR_INFORMATION = 0x01, LOG_SMART = 0x02, LOG_FIRMWARE_SLOT = 0x03 };

#endif
