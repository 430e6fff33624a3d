package io.vfiouser.client;

/**
 * What the server said of itself when the connection was made.
 *
 * @param major major protocol version
 * @param minor minor protocol version, 0 to what this client asked for; libvfio-user says 1 up to its 0.1 and 2 since
 * @param maxMessageFds how many descriptors it takes with one message
 * @param maxDataTransferBytes how many bytes it takes or gives with one message
 * @param maxDmaMaps how many DMA regions it says it can have
 * @param pageSizes the page sizes it supports for DMA, or'ed
 * @param writeMultiple whether it understands several writes in one message
 * @param twinSocket whether it set up a second socket for its own commands
 * @param migrationPageBytes page size of its dirty bitmaps, 0 if it says nothing about migration
 */
public record ServerCapabilities(
        int major,
        int minor,
        int maxMessageFds,
        int maxDataTransferBytes,
        long maxDmaMaps,
        long pageSizes,
        boolean writeMultiple,
        boolean twinSocket,
        long migrationPageBytes) {}
