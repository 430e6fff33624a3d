#include "say.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#define INTERVAL_SECONDS 10
#define MESSAGES_PER_INTERVAL 10

static void
vsay(const char *format, va_list arguments)
{
    fputs("nvme-yardstick: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

void
say(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsay(format, arguments);
    va_end(arguments);
}

void
say_limited(const char *format, ...)
{
    static time_t start;
    static unsigned said;
    static unsigned long left_out;
    struct timespec now;
    va_list arguments;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    if (now.tv_sec - start >= INTERVAL_SECONDS) {
        if (left_out > 0) {
            say("%lu more messages were left out", left_out);
        }
        start = now.tv_sec;
        said = 0;
        left_out = 0;
    }
    if (said == MESSAGES_PER_INTERVAL) {
        left_out++;
        return;
    }
    said++;
    va_start(arguments, format);
    vsay(format, arguments);
    va_end(arguments);
}
