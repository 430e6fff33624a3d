#include "copy_loop.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "copy.h"
#include "say.h"

#define RING_BLOCKS 32
#define COPIES_BETWEEN_LOOKS 256

static double
now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* xorshift64*, Vigna 2016: good enough for addresses, and cheap. */
static uint64_t
next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1dull;
}

bool
copy_loop_run(struct medium *medium, uint64_t block_bytes, double seconds)
{
    uint64_t blocks = medium->bytes / block_bytes;
    uint64_t random = 0x9e3779b97f4a7c15ull;
    uint64_t copies = 0;
    struct medium ring;
    double start;
    double elapsed;

    if (!medium_open_ram(&ring, RING_BLOCKS * block_bytes)) {
        say("there is no memory for a ring of %d blocks: %s", RING_BLOCKS, strerror(errno));
        return false;
    }
    /* Pages that were never written are all the same page of zeroes. */
    memset(medium->memory, 0x5a, medium->bytes);
    memset(ring.memory, 0, ring.bytes);
    start = now();
    do {
        unsigned i;

        for (i = 0; i < COPIES_BETWEEN_LOOKS; i++) {
            uint64_t block = (uint64_t)(((unsigned __int128)next_random(&random) * blocks) >> 64);
            copy_bytes(ring.memory + (i % RING_BLOCKS) * block_bytes, medium->memory + block * block_bytes, block_bytes);
            __asm__ volatile("" ::: "memory");
        }
        copies += COPIES_BETWEEN_LOOKS;
        elapsed = now() - start;
    } while (elapsed < seconds);
    printf("{\"copies\":%llu,\"seconds\":%.6f,\"copiesPerSecond\":%.0f,\"bytesPerSecond\":%.0f,\"blockBytes\":%llu,"
           "\"ramBytes\":%llu,\"pages\":\"%s\"}\n",
           (unsigned long long)copies, elapsed, (double)copies / elapsed, (double)copies * (double)block_bytes / elapsed,
           (unsigned long long)block_bytes, (unsigned long long)medium->bytes, medium->pages);
    medium_close(&ring);
    return true;
}
