/*
 * nvme-yardstick: an NVMe controller on libvfio-user in C, which does what this project's does in Java on its way from the doorbell to
 * the completion, with the same checks. What Java costs is measured against it.
 *
 * One thread polls the doorbells in the page that the client maps, and looks for messages of the client now and then.
 */
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "copy_loop.h"
#include "pci_function.h"
#include "say.h"

#define EXIT_USAGE 2
/* A look for a message is a system call, so it must be rare beside passes; yet a client waits for its answer. */
#define PASSES_BETWEEN_MESSAGES 4096
#define WAIT_MILLISECONDS 100
#define SMALLEST_SIZE (1ull << 20)
#define LARGEST_BLOCK (16ull << 20)

static volatile sig_atomic_t stopped;

struct options {
    const char *socket;
    uint64_t ram;
    uint64_t null;
    uint64_t block;
    double seconds;
    int cpu;
    bool copy_loop;
    bool bare;
};

static void
stop(int signal)
{
    (void)signal;
    stopped = 1;
}

static void
serve_client(struct pci_function *function)
{
    struct controller *controller = pci_function_controller(function);

    while (!stopped) {
        uint32_t pass;

        if (!pci_function_run(function)) {
            return;
        }
        if (!controller->processing) {
            pci_function_wait(function, WAIT_MILLISECONDS);
            continue;
        }
        for (pass = 0; pass < PASSES_BETWEEN_MESSAGES; pass++) {
            if (controller_poll(controller) == 0) {
                __builtin_ia32_pause();
            }
        }
    }
}

static int
serve(const struct options *options)
{
    struct sigaction action = { .sa_handler = stop };
    struct pci_function *function;
    struct medium medium;

    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (options->null != 0) {
        medium_open_null(&medium, options->null);
    } else if (!medium_open_ram(&medium, options->ram)) {
        say("there are no %llu bytes of memory: %s", (unsigned long long)options->ram, strerror(errno));
        return EXIT_FAILURE;
    }
    function = pci_function_open(options->socket, &medium);
    if (function == NULL) {
        medium_close(&medium);
        return EXIT_FAILURE;
    }
    pci_function_controller(function)->bare = options->bare;
    say("pages of the medium: %s", medium.pages);
    printf("listening on %s\n", options->socket);
    fflush(stdout);
    while (!stopped) {
        if (pci_function_attach(function)) {
            serve_client(function);
        } else {
            pci_function_wait(function, WAIT_MILLISECONDS);
        }
    }
    pci_function_close(function);
    medium_close(&medium);
    return EXIT_SUCCESS;
}

static int
copy(const struct options *options)
{
    struct medium medium;
    bool done;

    if (!medium_open_ram(&medium, options->ram)) {
        say("there are no %llu bytes of memory: %s", (unsigned long long)options->ram, strerror(errno));
        return EXIT_FAILURE;
    }
    done = copy_loop_run(&medium, options->block, options->seconds);
    medium_close(&medium);
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ---- options ---- */

static void
usage(FILE *to)
{
    fputs("usage: nvme-yardstick --socket PATH (--ram SIZE | --null SIZE [--bare]) [--cpu N]\n"
          "       nvme-yardstick --copy-loop --ram SIZE [--block BYTES] [--seconds N] [--cpu N]\n"
          "SIZE and BYTES: a number, with K, M or G for powers of 1024.\n"
          "--bare: answers each I/O command at once and looks at nothing of it but its identifier.\n",
          to);
}

static bool
parse_size(const char *text, uint64_t *size)
{
    char *end;
    unsigned shift = 0;

    errno = 0;
    *size = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *text == '-') {
        return false;
    }
    switch (*end) {
    case 'k':
    case 'K':
        shift = 10;
        break;
    case 'm':
    case 'M':
        shift = 20;
        break;
    case 'g':
    case 'G':
        shift = 30;
        break;
    default:
        break;
    }
    end += shift > 0;
    if (*end != '\0' || *size > (1ull << 62) >> shift) {
        return false;
    }
    *size <<= shift;
    return true;
}

/* Whether an option has a value that makes sense; says so if not. */
static bool
take_option(int option, const char *value, struct options *options)
{
    bool valid = true;
    char *end = NULL;

    switch (option) {
    case 's':
        options->socket = value;
        break;
    case 'r':
        valid = parse_size(value, &options->ram) && options->ram >= SMALLEST_SIZE && options->ram % 512 == 0;
        break;
    case 'n':
        valid = parse_size(value, &options->null) && options->null >= SMALLEST_SIZE && options->null % 512 == 0;
        break;
    case 'b':
        valid = parse_size(value, &options->block) && options->block >= 64 && options->block <= LARGEST_BLOCK;
        break;
    case 't':
        options->seconds = strtod(value, &end);
        valid = end != value && *end == '\0' && options->seconds > 0 && options->seconds < 1e6;
        break;
    case 'c':
        options->cpu = (int)strtol(value, &end, 10);
        valid = end != value && *end == '\0' && options->cpu >= 0 && options->cpu < CPU_SETSIZE;
        break;
    case 'l':
        options->copy_loop = true;
        break;
    case 'a':
        options->bare = true;
        break;
    default:
        return false;
    }
    if (!valid) {
        say("%s makes no sense as a value of that option", value);
    }
    return valid;
}

static bool
parse(int argc, char **argv, struct options *options)
{
    static const struct option known[] = {
        { "socket", required_argument, NULL, 's' }, { "ram", required_argument, NULL, 'r' },
        { "null", required_argument, NULL, 'n' },   { "block", required_argument, NULL, 'b' },
        { "seconds", required_argument, NULL, 't' }, { "cpu", required_argument, NULL, 'c' },
        { "copy-loop", no_argument, NULL, 'l' },    { "bare", no_argument, NULL, 'a' },
        { "help", no_argument, NULL, 'h' },         { NULL, 0, NULL, 0 },
    };
    int option;

    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == 'h') {
            usage(stdout);
            exit(EXIT_SUCCESS);
        }
        if (!take_option(option, optarg, options)) {
            return false;
        }
    }
    if (optind != argc) {
        say("%s is no option", argv[optind]);
        return false;
    }
    if (options->bare && options->null == 0) {
        say("--bare moves no data: it goes with --null");
        return false;
    }
    if (options->copy_loop) {
        return options->ram >= options->block && options->null == 0 && options->socket == NULL;
    }
    return options->socket != NULL && (options->ram != 0) != (options->null != 0);
}

static bool
bind_to(int cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return sched_setaffinity(0, sizeof(set), &set) == 0;
}

int
main(int argc, char **argv)
{
    struct options options = { .block = 4096, .seconds = 5, .cpu = -1 };

    if (!parse(argc, argv, &options)) {
        usage(stderr);
        return EXIT_USAGE;
    }
    if (options.cpu >= 0 && !bind_to(options.cpu)) {
        say("cannot run on processor %d: %s", options.cpu, strerror(errno));
        return EXIT_FAILURE;
    }
    return options.copy_loop ? copy(&options) : serve(&options);
}
