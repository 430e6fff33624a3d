package io.vfiouser.nvme.block;

/**
 * What the devices of this package answer alike, out of their {@link DeviceState}: only delegation, which would stand in each of them
 * otherwise. Everything that has to do with the medium is theirs.
 */
abstract sealed class EmbeddedBlockDevice implements BlockDevice
        permits FileBlockDevice, NullBlockDevice, RamBlockDevice {
    final DeviceState state;
    private final BlockCapabilities capabilities;
    private final BlockIdentity identity;

    EmbeddedBlockDevice(BlockCapabilities capabilities, BlockIdentity identity, long blockCount) {
        this.capabilities = capabilities;
        this.identity = identity;
        this.state = new DeviceState(this, blockCount);
    }

    @Override
    public final long blockCount() {
        return state.blockCount();
    }

    @Override
    public final BlockCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public final BlockIdentity identity() {
        return identity;
    }

    @Override
    public boolean active() {
        return state.active();
    }

    @Override
    public void activate() {
        state.activated();
    }

    @Override
    public void release() {
        state.deactivated();
    }

    @Override
    public final void addResizeListener(ResizeListener listener) {
        state.addResizeListener(listener);
    }

    @Override
    public final void removeResizeListener(ResizeListener listener) {
        state.removeResizeListener(listener);
    }
}
