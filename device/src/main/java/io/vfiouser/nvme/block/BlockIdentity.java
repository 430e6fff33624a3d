package io.vfiouser.nvme.block;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * The identifiers by which a host recognises a volume, equal wherever and whenever the same volume is served, different for
 * any two volumes. All three are always there.
 *
 * @param eui64 IEEE extended unique identifier, as a big-endian number (first byte on the wire = most significant)
 * @param nguidHigh first eight bytes of the namespace globally unique identifier, big-endian
 * @param nguidLow last eight bytes of the namespace globally unique identifier, big-endian
 * @param uuid RFC 9562 identifier
 */
public record BlockIdentity(long eui64, long nguidHigh, long nguidLow, UUID uuid) {
    /** Bit of the first byte of an EUI-64 or OUI that says: assigned locally, not by the IEEE. */
    private static final long LOCAL = 0x02;

    /** Bit of the same byte that says: a group, not one thing. */
    private static final long GROUP = 0x01;

    private static final int FIRST_BYTE_SHIFT = 56;
    private static final long VERSION_8 = 0x8000;
    private static final long VARIANT_RFC = 0x8000_0000_0000_0000L;

    public BlockIdentity {
        if (eui64 == 0 || (nguidHigh | nguidLow) == 0) {
            throw new IllegalArgumentException("an identifier of zeroes means that there is none");
        }
    }

    /** The identity of a volume that is known by a UUID: the other two identifiers are derived from it. */
    public static BlockIdentity of(UUID uuid) {
        ByteBuffer hash = hash("uuid:" + uuid);
        long eui64 = local(hash.getLong());
        long nguidHigh = hash.getLong();
        // In an NGUID the organisation's number, and with it the "local" bit, stands in the second half.
        return new BlockIdentity(eui64, nguidHigh, local(hash.getLong()), uuid);
    }

    /** The identity of a volume that is known by a name: the same name gives the same identity everywhere. */
    public static BlockIdentity ofName(String name) {
        ByteBuffer hash = hash("name:" + name);
        long high = (hash.getLong() & ~0xF000L) | VERSION_8;
        long low = (hash.getLong() >>> 2) | VARIANT_RFC;
        return of(new UUID(high, low));
    }

    /** An identity nobody had before. */
    public static BlockIdentity random() {
        return of(UUID.randomUUID());
    }

    private static long local(long identifier) {
        return (identifier | (LOCAL << FIRST_BYTE_SHIFT)) & ~(GROUP << FIRST_BYTE_SHIFT);
    }

    private static ByteBuffer hash(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return ByteBuffer.wrap(digest.digest(("io.vfiouser/" + text).getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
