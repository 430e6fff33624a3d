package io.vfiouser.server;

import java.util.List;

/**
 * Power management (capability 01h), PCI Power Management 1.2 section 3.2.
 *
 * @param version 3 for PCI PM 1.2
 * @param pmeClock the device needs the PCI clock to signal PME#
 * @param deviceSpecificInitialization it wants initialization beyond the standard's
 * @param auxiliaryCurrent the 3.3Vaux current, in the specification's code (0 to 7)
 * @param d1 state D1 is supported
 * @param d2 state D2 is supported
 * @param pmeSupport bit set of the states it can assert PME# in: D0, D1, D2, D3hot, D3cold
 * @param noSoftReset the transition from D3hot to D0 keeps the state
 */
public record PowerManagementCapability(
        int version,
        boolean pmeClock,
        boolean deviceSpecificInitialization,
        int auxiliaryCurrent,
        boolean d1,
        boolean d2,
        int pmeSupport,
        boolean noSoftReset)
        implements PciCapability {
    /** Capability identifier, PCI_CAP_ID_PM. */
    public static final int CAPABILITY_ID = 0x01;

    static final int LENGTH_BYTES = 8;

    // PMC, bytes 2 and 3: section 3.2.3.
    static final CapabilityField VERSION = new CapabilityField("pc.vs", 2, 0, 3);
    static final CapabilityField PME_CLOCK = new CapabilityField("pc.pmec", 2, 3, 1);
    static final CapabilityField RESERVED = new CapabilityField("pc.res", 2, 4, 1);
    static final CapabilityField SPECIFIC_INITIALIZATION = new CapabilityField("pc.dsi", 2, 5, 1);
    static final CapabilityField AUXILIARY_CURRENT = new CapabilityField("pc.auxc", 2, 6, 3);
    static final CapabilityField D1 = new CapabilityField("pc.d1s", 2, 9, 1);
    static final CapabilityField D2 = new CapabilityField("pc.d2s", 2, 10, 1);
    static final CapabilityField PME_SUPPORT = new CapabilityField("pc.psup", 2, 11, 5);
    // PMCSR, bytes 4 and 5: section 3.2.4.
    static final CapabilityField PMCSR = new CapabilityField("pmcs.raw", 4, 0, 16);
    static final CapabilityField POWER_STATE = new CapabilityField("pmcs.ps", 4, 0, 2);
    static final CapabilityField NO_SOFT_RESET = new CapabilityField("pmcs.nsfrst", 4, 3, 1);
    static final CapabilityField PME_ENABLE = new CapabilityField("pmcs.pmee", 4, 8, 1);
    static final CapabilityField DATA_SELECT = new CapabilityField("pmcs.dse", 4, 9, 4);
    static final CapabilityField DATA_SCALE = new CapabilityField("pmcs.dsc", 4, 13, 2);
    static final CapabilityField PME_STATUS = new CapabilityField("pmcs.pmes", 4, 15, 1);
    // Section 3.2.5 and 3.2.6.
    static final CapabilityField BRIDGE_EXTENSIONS = new CapabilityField("pmcsr_bse", 6, 0, 8);
    static final CapabilityField DATA = new CapabilityField("data", 7, 0, 8);

    static final List<CapabilityField> FIELDS = List.of(
            CapabilityHeader.ID,
            CapabilityHeader.NEXT,
            VERSION,
            PME_CLOCK,
            RESERVED,
            SPECIFIC_INITIALIZATION,
            AUXILIARY_CURRENT,
            D1,
            D2,
            PME_SUPPORT,
            PMCSR,
            POWER_STATE,
            NO_SOFT_RESET,
            PME_ENABLE,
            DATA_SELECT,
            DATA_SCALE,
            PME_STATUS,
            BRIDGE_EXTENSIONS,
            DATA);

    /** Starts with version 3 and everything else absent. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public int id() {
        return CAPABILITY_ID;
    }

    @Override
    public boolean extended() {
        return false;
    }

    @Override
    public byte[] encode() {
        byte[] bytes = new byte[LENGTH_BYTES];
        CapabilityHeader.ID.put(bytes, CAPABILITY_ID);
        VERSION.put(bytes, version);
        PME_CLOCK.put(bytes, pmeClock);
        SPECIFIC_INITIALIZATION.put(bytes, deviceSpecificInitialization);
        AUXILIARY_CURRENT.put(bytes, auxiliaryCurrent);
        D1.put(bytes, d1);
        D2.put(bytes, d2);
        PME_SUPPORT.put(bytes, pmeSupport);
        NO_SOFT_RESET.put(bytes, noSoftReset);
        return bytes;
    }

    /** Collects the fields of a {@link PowerManagementCapability}. */
    public static final class Builder {
        private int version = 3;
        private boolean pmeClock;
        private boolean specificInitialization;
        private int auxiliaryCurrent;
        private boolean d1;
        private boolean d2;
        private int pmeSupport;
        private boolean noSoftReset;

        private Builder() {}

        /** Version of the specification: 3 for PCI PM 1.2. */
        public Builder version(int value) {
            version = value;
            return this;
        }

        /** The device needs the PCI clock to signal PME#. */
        public Builder pmeClock(boolean value) {
            pmeClock = value;
            return this;
        }

        /** The device wants initialization beyond the standard's. */
        public Builder deviceSpecificInitialization(boolean value) {
            specificInitialization = value;
            return this;
        }

        /** The 3.3Vaux current, in the specification's code. */
        public Builder auxiliaryCurrent(int value) {
            auxiliaryCurrent = value;
            return this;
        }

        /** Whether state D1 is supported. */
        public Builder d1(boolean value) {
            d1 = value;
            return this;
        }

        /** Whether state D2 is supported. */
        public Builder d2(boolean value) {
            d2 = value;
            return this;
        }

        /** Bit set of the states PME# can be asserted in. */
        public Builder pmeSupport(int value) {
            pmeSupport = value;
            return this;
        }

        /** Whether the transition from D3hot to D0 keeps the state. */
        public Builder noSoftReset(boolean value) {
            noSoftReset = value;
            return this;
        }

        /** The capability. */
        public PowerManagementCapability build() {
            return new PowerManagementCapability(
                    version, pmeClock, specificInitialization, auxiliaryCurrent, d1, d2, pmeSupport, noSoftReset);
        }
    }
}
