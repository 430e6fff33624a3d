/** What a user on the module path writes; on the class path this file is ignored. */
module example.servedisk {
    requires io.vfiouser.nvme;
}
