/*
 * The PCI function around the controller, on libvfio-user at any of its levels: registers in BAR0 with the doorbells in a page that the
 * client maps, MSI-X table in BAR4, pending bits in BAR5 (PCIe Transport 1.1, chapter 3).
 */
#ifndef YARDSTICK_PCI_FUNCTION_H
#define YARDSTICK_PCI_FUNCTION_H

#include <stdbool.h>

#include "controller.h"

/* Set aside by its owner for use without registration; drivers find an NVMe controller by its class. */
#define PCI_VENDOR 0x1af4
#define PCI_DEVICE 0x10f0

struct pci_function;

/*
 * Listens on a socket. NULL after having said why not. The medium stays the caller's.
 */
struct pci_function *
pci_function_open(const char *socket, struct medium *medium);

struct controller *
pci_function_controller(struct pci_function *function);

/* Takes a client on if one waits. */
bool
pci_function_attach(struct pci_function *function);

/* Handles one message of the client if there is one. False if the client has gone. */
bool
pci_function_run(struct pci_function *function);

/* Waits until there is a client or a message, or the time is over, or a signal comes. */
void
pci_function_wait(struct pci_function *function, int milliseconds);

void
pci_function_close(struct pci_function *function);

#endif
