package io.vfiouser.nvme.subsystem;

/** A controller of a subsystem, as the subsystem sees it. All methods may be called from any thread and return at once. */
public interface SubsystemMember {
    /** CNTLID, 0 to FFEFh. */
    int controllerId();

    /** The controller has this CNTLID from now on: it passes for one that a host knows. See {@link NvmSubsystem#adopt}. */
    void adoptControllerId(int controllerId);

    /** Whether a host uses the controller: has enabled it, and it is not disabled again. */
    boolean inUse();

    /** Makes the controller's control thread ask for {@link NvmSubsystem#changeFor} soon. */
    void wakeUp();

    /** Something about an attached namespace is new: it came, went, or has another size or format. */
    void namespaceChanged(int namespaceId);

    /** An NVM subsystem reset. */
    void subsystemReset();
}
