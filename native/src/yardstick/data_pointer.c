#include "data_pointer.h"

/* Where data for bit buckets go; nobody reads them. */
static uint8_t discarded[64 << 10];

static uint16_t
add(struct data_pieces *pieces, uint8_t *host, uint64_t length, struct dma_region *region)
{
    if (pieces->count > 0 && region != NULL) {
        struct data_piece *last = &pieces->piece[pieces->count - 1];
        if (last->region == region && last->host + last->length == host) {
            last->length += length;
            return STATUS_SUCCESS;
        }
    }
    if (pieces->count == MAXIMUM_PIECES) {
        return STATUS_INVALID_SGL_COUNT;
    }
    pieces->piece[pieces->count++] = (struct data_piece){ host, length, region };
    return STATUS_SUCCESS;
}

static uint16_t
append(const struct guest_memory *memory, uint64_t iova, uint64_t length, enum direction direction, struct data_pieces *pieces)
{
    struct dma_region *region = guest_memory_find(memory, iova, length, direction, &pieces->data_hint);

    if (LIKELY(region != NULL)) {
        return add(pieces, dma_region_host(region, iova), length, region);
    }
    /* It may go on in the next region. */
    while (length > 0) {
        uint64_t part;
        uint16_t status;

        region = guest_memory_find(memory, iova, 1, direction, &pieces->data_hint);
        if (region == NULL) {
            return STATUS_DATA_TRANSFER_ERROR;
        }
        part = region->bytes[direction] - (iova - region->iova);
        part = part < length ? part : length;
        status = add(pieces, dma_region_host(region, iova), part, region);
        if (status != STATUS_SUCCESS) {
            return status;
        }
        iova += part;
        length -= part;
    }
    return STATUS_SUCCESS;
}

/* From PRP2 on, a list: entries that follow one another in memory are appended at once. */
static uint16_t
prp_list(const struct guest_memory *memory, uint64_t first, uint64_t first_length, uint64_t list, uint64_t left,
         uint64_t page, enum direction direction, struct data_pieces *pieces)
{
    uint64_t run = first;
    uint64_t run_length = first_length;

    if ((list & 7) != 0) {
        return STATUS_PRP_OFFSET_INVALID;
    }
    while (left > 0) {
        struct dma_region *region = guest_memory_find(memory, list, 8, FROM_GUEST, &pieces->list_hint);
        uint64_t entry;
        uint64_t length = left < page ? left : page;

        if (UNLIKELY(region == NULL)) {
            return STATUS_DATA_TRANSFER_ERROR;
        }
        entry = guest_load64(dma_region_host(region, list));
        if (UNLIKELY((entry & (page - 1)) != 0)) {
            return STATUS_PRP_OFFSET_INVALID;
        }
        if (UNLIKELY((list & (page - 1)) == page - 8 && left > page)) {
            list = entry; /* the last entry of a page leads to the next list */
            continue;
        }
        if (entry != run + run_length) {
            uint16_t status = append(memory, run, run_length, direction, pieces);
            if (status != STATUS_SUCCESS) {
                return status;
            }
            run = entry;
            run_length = 0;
        }
        run_length += length;
        left -= length;
        list += 8;
    }
    return append(memory, run, run_length, direction, pieces);
}

static uint16_t
walk_prps(const struct guest_memory *memory, uint64_t prp1, uint64_t prp2, uint64_t length, unsigned page_shift,
          enum direction direction, struct data_pieces *pieces)
{
    uint64_t page = 1ull << page_shift;
    uint64_t first = page - (prp1 & (page - 1));
    uint16_t status;

    if ((prp1 & 3) != 0) {
        return STATUS_PRP_OFFSET_INVALID;
    }
    if (length <= first) {
        return append(memory, prp1, length, direction, pieces);
    }
    if (length - first > page) {
        return prp_list(memory, prp1, first, prp2, length - first, page, direction, pieces);
    }
    if ((prp2 & (page - 1)) != 0) {
        return STATUS_PRP_OFFSET_INVALID;
    }
    if (prp2 == prp1 + first) {
        return append(memory, prp1, length, direction, pieces);
    }
    status = append(memory, prp1, first, direction, pieces);
    return status == STATUS_SUCCESS ? append(memory, prp2, length - first, direction, pieces) : status;
}

static bool
wraps(uint64_t address, uint64_t length)
{
    return length > 0 && address + (length - 1) < address;
}

/* Segments start at qwords, so a descriptor may cross from one region into the next. */
static bool
read_descriptor(const struct guest_memory *memory, uint64_t at, struct data_pieces *pieces, struct sgl_descriptor *descriptor)
{
    struct dma_region *low = guest_memory_find(memory, at, 8, FROM_GUEST, &pieces->list_hint);
    struct dma_region *high = guest_memory_find(memory, at + 8, 8, FROM_GUEST, &pieces->list_hint);

    if (low == NULL || high == NULL) {
        return false;
    }
    descriptor->address = guest_load64(dma_region_host(low, at));
    descriptor->length_and_type = guest_load64(dma_region_host(high, at + 8));
    return true;
}

static uint16_t
discard(uint64_t length, struct data_pieces *pieces)
{
    while (length > 0) {
        uint64_t part = length < sizeof(discarded) ? length : sizeof(discarded);
        uint16_t status = add(pieces, discarded, part, NULL);
        if (status != STATUS_SUCCESS) {
            return status;
        }
        length -= part;
    }
    return STATUS_SUCCESS;
}

static uint16_t
check_segment(const struct sgl_descriptor *segment, uint32_t length, bool in_last_segment, uint32_t following)
{
    if (in_last_segment) {
        return STATUS_INVALID_SGL_SEGMENT;
    }
    if (following > 0) {
        return STATUS_INVALID_SGL_COUNT;
    }
    if (length == 0 || length % sizeof(*segment) != 0 || segment->address % 8 != 0) {
        return STATUS_INVALID_SGL_SEGMENT;
    }
    return wraps(segment->address, length) ? STATUS_SGL_LENGTH_INVALID : STATUS_SUCCESS;
}

static uint16_t
walk_sgl(const struct guest_memory *memory, struct sgl_descriptor descriptor, uint64_t left, enum direction direction,
         struct data_pieces *pieces)
{
    uint64_t next = 0;
    uint32_t following = 0;
    bool in_last_segment = false;
    int walked;

    for (walked = 1;; walked++) {
        unsigned type = (unsigned)(descriptor.length_and_type >> 56);
        uint32_t length = (uint32_t)descriptor.length_and_type;
        uint64_t used = left < length ? left : length;
        uint16_t status = STATUS_SUCCESS;

        switch (type) {
        case SGL_DATA_BLOCK:
            if (wraps(descriptor.address, length)) {
                return STATUS_SGL_LENGTH_INVALID;
            }
            if (used > 0) {
                status = append(memory, descriptor.address, used, direction, pieces);
            }
            left -= used;
            break;
        case SGL_BIT_BUCKET:
            /* Discards data to the guest, and counts for nothing in the other direction. */
            if (direction == TO_GUEST) {
                status = discard(used, pieces);
                left -= used;
            }
            break;
        case SGL_SEGMENT:
        case SGL_LAST_SEGMENT:
            status = check_segment(&descriptor, length, in_last_segment, following);
            in_last_segment = type == SGL_LAST_SEGMENT;
            next = descriptor.address;
            following = length / sizeof(descriptor);
            break;
        default:
            return STATUS_SGL_TYPE_INVALID;
        }
        if (status != STATUS_SUCCESS || left == 0) {
            return status;
        }
        if (following == 0) {
            return STATUS_SGL_LENGTH_INVALID;
        }
        if (walked == MAXIMUM_SGL_DESCRIPTORS) {
            return STATUS_INVALID_SGL_COUNT;
        }
        if (!read_descriptor(memory, next, pieces, &descriptor)) {
            return STATUS_DATA_TRANSFER_ERROR;
        }
        next += sizeof(descriptor);
        following--;
    }
}

uint16_t
data_pointer_walk(const struct guest_memory *memory, unsigned psdt, uint64_t first, uint64_t second, uint64_t length,
                  unsigned page_shift, enum direction direction, struct data_pieces *pieces)
{
    pieces->count = 0;
    switch (psdt) {
    case PSDT_PRP:
        return walk_prps(memory, first, second, length, page_shift, direction, pieces);
    case PSDT_SGL:
    case PSDT_SGL_METADATA_SGL:
        return walk_sgl(memory, (struct sgl_descriptor){ first, second }, length, direction, pieces);
    default:
        return STATUS_INVALID_FIELD;
    }
}
