package io.vfiouser.nvme.cli;

import io.vfiouser.client.VfioUserClient;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Bytes for a region of a device, written {@code REGION:OFFSET=HEX}: what a driver would do to set the device up.
 *
 * @param region its index
 * @param offset where in it
 * @param hex the bytes, two digits each, in the order of their addresses
 */
record RegionWrite(int region, long offset, String hex) {

    private static final Pattern FORM =
            Pattern.compile("([0-9]{1,3}):(0x[0-9a-fA-F]{1,15}|[0-9]{1,18})=((?:[0-9a-fA-F]{2}){1,64})");

    void perform(VfioUserClient client) {
        client.writeRegion(region, offset, MemorySegment.ofArray(HexFormat.of().parseHex(hex)));
    }

    /** Turns an option's text into it. */
    static final class Converter implements ITypeConverter<RegionWrite> {

        Converter() {}

        @Override
        public RegionWrite convert(String value) {
            Matcher matcher = FORM.matcher(value);
            if (!matcher.matches()) {
                throw new TypeConversionException(
                        "'" + value + "' is no write: name region, offset and up to 64 bytes, as in 0:0x14=01000000");
            }
            return new RegionWrite(Integer.parseInt(matcher.group(1)), Long.decode(matcher.group(2)), matcher.group(3));
        }
    }
}
