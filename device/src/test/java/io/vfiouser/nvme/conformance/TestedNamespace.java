package io.vfiouser.nvme.conformance;

/** The namespaces that {@link ConformanceServer} serves, all with blocks of {@link #BLOCK_BYTES}. */
enum TestedNamespace {
    RAM(1, 131_072),
    FILE(2, 4096),
    /** Keeps nothing; its last blocks have numbers beyond 32 bits. */
    NULL(3, 0x1_0000_1000L);

    static final int BLOCK_BYTES = 512;

    private final int id;
    private final long blocks;

    TestedNamespace(int id, long blocks) {
        this.id = id;
        this.blocks = blocks;
    }

    /** NSID. */
    int id() {
        return id;
    }

    long blocks() {
        return blocks;
    }

    long lengthBytes() {
        return blocks * BLOCK_BYTES;
    }
}
