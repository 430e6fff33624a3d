package io.vfiouser.client;

/**
 * What kind of device the server has.
 *
 * @param resettable whether {@link VfioUserClient#reset} works
 * @param pci whether it is a PCI device
 * @param regionCount how many regions there are
 * @param irqCount how many kinds of interrupts there are
 */
public record DeviceInfo(boolean resettable, boolean pci, int regionCount, int irqCount) {}
