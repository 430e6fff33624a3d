package io.vfiouser.server;

/**
 * The PCI Express capability (10h) of an endpoint, PCI Express 2.1 section 7.8.
 *
 * <p>The library places 60 bytes, and handles writes to the control registers; a write that initiates a function level reset
 * reaches the device's {@link ResetHandler} if {@code functionLevelReset} was announced.
 *
 * @param version 2 for PCI Express 2.0 and later
 * @param portType kind of function: 0 an endpoint, 9 a root complex integrated endpoint
 * @param maxPayloadCode largest payload, 128 bytes shifted left by this (0 to 5)
 * @param extendedTag 8-bit tags are supported
 * @param roleBasedErrorReporting as endpoints of version 1.1 and later do
 * @param functionLevelReset the function can be reset alone
 * @param completionTimeoutDisable completion time-outs can be switched off
 * @param linkCapabilities the link capabilities register as it is, 32 bits
 * @param linkStatus the link status register as it is, 16 bits
 */
public record PciExpressCapability(
        int version,
        int portType,
        int maxPayloadCode,
        boolean extendedTag,
        boolean roleBasedErrorReporting,
        boolean functionLevelReset,
        boolean completionTimeoutDisable,
        int linkCapabilities,
        int linkStatus)
        implements PciCapability {
    /** Capability identifier, PCI_CAP_ID_EXP. */
    public static final int CAPABILITY_ID = 0x10;

    /** Starts with an endpoint of version 2 and everything else absent. */
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
        byte[] bytes = new byte[PciExpressField.LENGTH_BYTES];
        CapabilityHeader.ID.put(bytes, CAPABILITY_ID);
        PciExpressField.VERSION.put(bytes, version);
        PciExpressField.PORT_TYPE.put(bytes, portType);
        PciExpressField.MAX_PAYLOAD.put(bytes, maxPayloadCode);
        PciExpressField.EXTENDED_TAG.put(bytes, extendedTag);
        PciExpressField.ROLE_BASED_ERRORS.put(bytes, roleBasedErrorReporting);
        PciExpressField.FUNCTION_LEVEL_RESET.put(bytes, functionLevelReset);
        PciExpressField.TIMEOUT_DISABLE.put(bytes, completionTimeoutDisable);
        PciExpressField.LINK_CAPABILITIES.put(bytes, Integer.toUnsignedLong(linkCapabilities));
        PciExpressField.LINK_STATUS.put(bytes, linkStatus);
        return bytes;
    }

    /** Collects the fields of a {@link PciExpressCapability}. */
    public static final class Builder {
        private int version = 2;
        private int portType;
        private int maxPayloadCode;
        private boolean extendedTag;
        private boolean roleBasedErrorReporting;
        private boolean functionLevelReset;
        private boolean completionTimeoutDisable;
        private int linkCapabilities;
        private int linkStatus;

        private Builder() {}

        /** Version of the capability. */
        public Builder version(int value) {
            version = value;
            return this;
        }

        /** Kind of function: 0 an endpoint, 9 a root complex integrated endpoint. */
        public Builder portType(int value) {
            portType = value;
            return this;
        }

        /** Largest payload: 128 bytes shifted left by this. */
        public Builder maxPayloadCode(int value) {
            maxPayloadCode = value;
            return this;
        }

        /** Whether 8-bit tags are supported. */
        public Builder extendedTag(boolean value) {
            extendedTag = value;
            return this;
        }

        /** Whether errors are reported by role. */
        public Builder roleBasedErrorReporting(boolean value) {
            roleBasedErrorReporting = value;
            return this;
        }

        /** Whether the function can be reset alone. */
        public Builder functionLevelReset(boolean value) {
            functionLevelReset = value;
            return this;
        }

        /** Whether completion time-outs can be switched off. */
        public Builder completionTimeoutDisable(boolean value) {
            completionTimeoutDisable = value;
            return this;
        }

        /** The link capabilities register. */
        public Builder linkCapabilities(int value) {
            linkCapabilities = value;
            return this;
        }

        /** The link status register, 16 bits. */
        public Builder linkStatus(int value) {
            linkStatus = value;
            return this;
        }

        /** The capability. */
        public PciExpressCapability build() {
            return new PciExpressCapability(
                    version,
                    portType,
                    maxPayloadCode,
                    extendedTag,
                    roleBasedErrorReporting,
                    functionLevelReset,
                    completionTimeoutDisable,
                    linkCapabilities,
                    linkStatus);
        }
    }
}
