package io.vfiouser.client.wire;

import java.util.List;
import java.util.Map;

/** A JSON value (RFC 8259). */
public sealed interface Json {
    /** An object. */
    record Obj(Map<String, Json> members) implements Json {
        public Obj {
            members = Map.copyOf(members);
        }
    }

    /** An array. */
    record Array(List<Json> elements) implements Json {
        public Array {
            elements = List.copyOf(elements);
        }
    }

    /** A string. */
    record Text(String value) implements Json {}

    /** A number without fraction and exponent that fits 64 bits. */
    record Whole(long value) implements Json {}

    /** Any other number. */
    record Fraction(double value) implements Json {}

    /** True or false. */
    record Bool(boolean value) implements Json {}

    /** The null value. */
    record Null() implements Json {}
}
