package io.vfiouser.abi;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** The addresses of one library's functions, by {@link NativeFunction}; {@link MemorySegment#NULL} for what it lacks. */
final class NativeSymbols {
    private final MemorySegment[] addresses;

    private NativeSymbols(MemorySegment[] addresses) {
        this.addresses = addresses;
    }

    /** Looks all functions up; {@code find} answers NULL for a name it does not know. */
    static NativeSymbols of(Function<String, MemorySegment> find) {
        return new NativeSymbols(Arrays.stream(NativeFunction.values())
                .map(function -> find.apply(function.symbol()))
                .toArray(MemorySegment[]::new));
    }

    boolean has(NativeFunction function) {
        return addresses[function.index()].address() != 0;
    }

    MemorySegment address(NativeFunction function) {
        return addresses[function.index()];
    }

    /** By {@link NativeFunction#index()}; the caller's own copy. */
    MemorySegment[] addresses() {
        return addresses.clone();
    }

    /** The names of the functions every level has and this library lacks. */
    List<String> missing() {
        return Arrays.stream(NativeFunction.values())
                .filter(NativeFunction::isCommon)
                .filter(function -> !has(function))
                .map(NativeFunction::symbol)
                .toList();
    }

    /** As {@link #missing()}, for a library of which only names are known yet. */
    static List<String> missing(Predicate<String> defines) {
        return Arrays.stream(NativeFunction.values())
                .filter(NativeFunction::isCommon)
                .map(NativeFunction::symbol)
                .filter(defines.negate())
                .toList();
    }
}
