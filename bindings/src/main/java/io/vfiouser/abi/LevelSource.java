package io.vfiouser.abi;

/** How the ABI level of a library was determined. */
public enum LevelSource {
    /** It was given, and the library was not asked. */
    OVERRIDE("it was given explicitly and not probed"),

    /** One exported function tells 0.1 from the rest. */
    SYMBOL("the library exports vfu_get_migr_register_area_size, which only this level has"),

    /** A client mapped memory on a throw-away context, and the callback that ran told. */
    LOOPBACK("a probe on a throw-away context showed which argument of vfu_setup_device_dma the library calls back"),

    /** As {@link #LOOPBACK}, but the call failed for want of memory: the library took an address for a count. */
    REGION_COUNT("a probe showed that the library takes an argument of vfu_setup_device_dma for a number of regions");

    private final String sentence;

    LevelSource(String sentence) {
        this.sentence = sentence;
    }

    /** The reason in words, to follow "because". */
    public String sentence() {
        return sentence;
    }
}
