package io.vfiouser.client;

/**
 * One kind of interrupt.
 *
 * @param index its number, one of {@link PciIrqs} for PCI devices
 * @param count how many interrupts of this kind there are
 * @param eventfd whether they can signal eventfds
 * @param maskable whether they can be masked
 * @param automasked whether they mask themselves when they are triggered
 * @param noResize whether all of them have to be set up at once
 */
public record IrqInfo(int index, int count, boolean eventfd, boolean maskable, boolean automasked, boolean noResize) {}
