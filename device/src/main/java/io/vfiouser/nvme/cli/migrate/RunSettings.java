package io.vfiouser.nvme.cli.migrate;

import java.util.OptionalLong;

/**
 * What a run was asked for, and what it met.
 *
 * @param source by what the first side is named
 * @param destination by what the second side is named
 * @param sourceProtocol how state travels from the first side: {@code v1} or {@code v2}
 * @param destinationProtocol the same of the second side; {@code tcp} if a receiver is in between
 * @param device what was moved, in words
 * @param load what the guest did, in words; empty if nothing
 * @param preCopy whether copying began before the device stopped
 * @param storage what becomes of the content, in words: {@code copy} or {@code shared}, empty for other devices
 * @param guestMemoryBytes guest memory
 * @param bytesPerSecond limit of the copying before the stop
 */
public record RunSettings(
        String source,
        String destination,
        String sourceProtocol,
        String destinationProtocol,
        String device,
        String load,
        boolean preCopy,
        String storage,
        long guestMemoryBytes,
        OptionalLong bytesPerSecond) {}
