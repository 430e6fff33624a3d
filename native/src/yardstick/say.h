/* Messages on the standard error stream. */
#ifndef YARDSTICK_SAY_H
#define YARDSTICK_SAY_H

void
say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for what a client can bring about: ten in ten seconds, the others are counted. */
void
say_limited(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
