#include "medium.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE (2ull << 20)

static uint8_t *
map(uint64_t bytes, int flags)
{
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

    return at == MAP_FAILED ? NULL : at;
}

/* Reserved huge pages are taken at once, so that a pool that is too small shows now; else transparent ones are asked for. */
bool
medium_open_ram(struct medium *medium, uint64_t bytes)
{
    uint64_t granules = ((bytes - 1) >> WRITTEN_SHIFT) + 1;

    memset(medium, 0, sizeof(*medium));
    medium->bytes = bytes;
    medium->mapped_bytes = (bytes + HUGE_PAGE - 1) & -HUGE_PAGE;
    medium->written = calloc((granules >> 6) + 1, sizeof(uint64_t));
    if (medium->written == NULL) {
        return false;
    }
    medium->pages = "reserved huge pages";
    medium->memory = map(medium->mapped_bytes, MAP_HUGETLB);
    if (medium->memory == NULL) {
        medium->pages = "base pages";
        medium->memory = map(medium->mapped_bytes, 0);
        if (medium->memory != NULL && madvise(medium->memory, medium->mapped_bytes, MADV_HUGEPAGE) == 0) {
            medium->pages = "transparent huge pages, where the kernel grants them";
        }
    }
    if (medium->memory == NULL) {
        int error = errno;
        free(medium->written);
        errno = error;
        return false;
    }
    return true;
}

void
medium_open_null(struct medium *medium, uint64_t bytes)
{
    memset(medium, 0, sizeof(*medium));
    medium->bytes = bytes;
    medium->pages = "none";
}

void
medium_close(struct medium *medium)
{
    if (medium->memory != NULL) {
        munmap(medium->memory, medium->mapped_bytes);
        free(medium->written);
    }
    memset(medium, 0, sizeof(*medium));
}

void
medium_zero(struct medium *medium, uint64_t offset, uint64_t length)
{
    uint64_t end = offset + length;

    if (medium->memory == NULL) {
        return;
    }
    while (offset < end) {
        uint64_t granule = offset >> WRITTEN_SHIFT;
        uint64_t next = (granule + 1) << WRITTEN_SHIFT;

        next = next < end ? next : end;
        if ((medium->written[granule >> 6] >> (granule & 63)) & 1) {
            memset(medium->memory + offset, 0, next - offset);
        }
        offset = next;
    }
}
