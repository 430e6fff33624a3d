package io.vfiouser.nvme.block;

import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the name of an image in a {@link DirectoryBlockDevicePool} says: {@code ns-<number>.<block size>.<uuid>.img}. An identity whose other
 * identifiers are not those that follow from its UUID is written out: {@code ns-<number>.<block size>.<uuid>.<eui64>.<nguid>.img}.
 */
record PoolImage(int number, int blockSizeBytes, BlockIdentity identity) {
    /** What an image is called until it is complete. */
    static final String UNFINISHED_SUFFIX = ".new";

    private static final String SUFFIX = ".img";
    private static final String UUID_DIGITS =
            "\\p{XDigit}{8}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{12}";
    private static final Pattern NAME = Pattern.compile("ns-([1-9][0-9]{0,9})\\.(512|4096)\\.(" + UUID_DIGITS
            + ")(?:\\.(\\p{XDigit}{16})\\.(\\p{XDigit}{16})(\\p{XDigit}{16}))?" + Pattern.quote(SUFFIX));

    /** What a name says, if it is that of an image. */
    static Optional<PoolImage> parse(String fileName) {
        Matcher name = NAME.matcher(fileName);
        if (!name.matches()) {
            return Optional.empty();
        }
        try {
            UUID uuid = UUID.fromString(name.group(3));
            BlockIdentity identity = name.group(4) == null
                    ? BlockIdentity.of(uuid)
                    : new BlockIdentity(hex(name.group(4)), hex(name.group(5)), hex(name.group(6)), uuid);
            PoolImage image = new PoolImage(Integer.parseInt(name.group(1)), Integer.parseInt(name.group(2)), identity);
            // One name for one image: none in capitals beside it.
            return image.fileName().equals(fileName) ? Optional.of(image) : Optional.empty();
        } catch (IllegalArgumentException e) {
            // A number beyond an int, an identifier of zeroes.
            return Optional.empty();
        }
    }

    /** Whether a name is that of an image that was not completed. */
    static boolean isUnfinished(String fileName) {
        return fileName.endsWith(UNFINISHED_SUFFIX)
                && parse(fileName.substring(0, fileName.length() - UNFINISHED_SUFFIX.length()))
                        .isPresent();
    }

    String fileName() {
        HexFormat hex = HexFormat.of();
        boolean derived = identity.equals(BlockIdentity.of(identity.uuid()));
        return "ns-" + number + "." + blockSizeBytes + "." + identity.uuid()
                + (derived
                        ? ""
                        : "." + hex.toHexDigits(identity.eui64()) + "." + hex.toHexDigits(identity.nguidHigh())
                                + hex.toHexDigits(identity.nguidLow()))
                + SUFFIX;
    }

    Path in(Path folder) {
        return folder.resolve(fileName());
    }

    private static long hex(String digits) {
        return HexFormat.fromHexDigitsToLong(digits);
    }
}
