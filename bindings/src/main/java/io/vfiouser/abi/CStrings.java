package io.vfiouser.abi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** Reads texts that the library hands to callbacks. */
public final class CStrings {
    private CStrings() {}

    /**
     * Copies a zero-terminated text.
     *
     * @param pointer as it arrived, of length zero
     * @param limitBytes where to stop if there is no end; what is not UTF-8 is replaced, never an exception
     */
    @SuppressWarnings("restricted") // the length of a C string is where it ends
    public static String read(MemorySegment pointer, int limitBytes) {
        MemorySegment text = pointer.reinterpret(limitBytes);
        int length = 0;
        while (length < limitBytes && text.get(ValueLayout.JAVA_BYTE, length) != 0) {
            length++;
        }
        byte[] bytes = text.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
