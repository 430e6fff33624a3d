package io.vfiouser.server;

import java.util.List;

/** The fields of the PCI Express capability, PCI Express 2.1 section 7.8; 60 bytes, with all registers of version 2. */
final class PciExpressField {
    static final int LENGTH_BYTES = 60;

    // PCI Express capabilities register, byte 2: section 7.8.2.
    static final CapabilityField VERSION = new CapabilityField("pxcaps.ver", 2, 0, 4);
    static final CapabilityField PORT_TYPE = new CapabilityField("pxcaps.dpt", 2, 4, 4);
    static final CapabilityField SLOT_IMPLEMENTED = new CapabilityField("pxcaps.si", 2, 8, 1);
    static final CapabilityField INTERRUPT_MESSAGE = new CapabilityField("pxcaps.imn", 2, 9, 5);
    static final CapabilityField CAPS_RESERVED = new CapabilityField("pxcaps.res1", 2, 14, 2);
    // Device capabilities, byte 4: section 7.8.3.
    static final CapabilityField MAX_PAYLOAD = new CapabilityField("pxdcap.mps", 4, 0, 3);
    static final CapabilityField PHANTOM_FUNCTIONS = new CapabilityField("pxdcap.pfs", 4, 3, 2);
    static final CapabilityField EXTENDED_TAG = new CapabilityField("pxdcap.etfs", 4, 5, 1);
    static final CapabilityField L0S_LATENCY = new CapabilityField("pxdcap.l0sl", 4, 6, 3);
    static final CapabilityField L1_LATENCY = new CapabilityField("pxdcap.l1l", 4, 9, 3);
    static final CapabilityField DEVICE_RESERVED_1 = new CapabilityField("pxdcap.res1", 4, 12, 3);
    static final CapabilityField ROLE_BASED_ERRORS = new CapabilityField("pxdcap.rer", 4, 15, 1);
    static final CapabilityField DEVICE_RESERVED_2 = new CapabilityField("pxdcap.res2", 4, 16, 2);
    static final CapabilityField SLOT_POWER_VALUE = new CapabilityField("pxdcap.csplv", 4, 18, 8);
    static final CapabilityField SLOT_POWER_SCALE = new CapabilityField("pxdcap.cspls", 4, 26, 2);
    static final CapabilityField FUNCTION_LEVEL_RESET = new CapabilityField("pxdcap.flrc", 4, 28, 1);
    static final CapabilityField DEVICE_RESERVED_3 = new CapabilityField("pxdcap.res3", 4, 29, 3);
    // Device control, byte 8: section 7.8.4.
    static final CapabilityField DEVICE_CONTROL = new CapabilityField("pxdc.raw", 8, 0, 16);
    static final CapabilityField CORRECTABLE_ERRORS = new CapabilityField("pxdc.cere", 8, 0, 1);
    static final CapabilityField NON_FATAL_ERRORS = new CapabilityField("pxdc.nfere", 8, 1, 1);
    static final CapabilityField FATAL_ERRORS = new CapabilityField("pxdc.fere", 8, 2, 1);
    static final CapabilityField UNSUPPORTED_REQUESTS = new CapabilityField("pxdc.urre", 8, 3, 1);
    static final CapabilityField RELAXED_ORDERING = new CapabilityField("pxdc.ero", 8, 4, 1);
    static final CapabilityField PAYLOAD_SIZE = new CapabilityField("pxdc.mps", 8, 5, 3);
    static final CapabilityField EXTENDED_TAG_ENABLE = new CapabilityField("pxdc.ete", 8, 8, 1);
    static final CapabilityField PHANTOM_ENABLE = new CapabilityField("pxdc.pfe", 8, 9, 1);
    static final CapabilityField AUX_POWER_ENABLE = new CapabilityField("pxdc.appme", 8, 10, 1);
    static final CapabilityField NO_SNOOP = new CapabilityField("pxdc.ens", 8, 11, 1);
    static final CapabilityField READ_REQUEST_SIZE = new CapabilityField("pxdc.mrrs", 8, 12, 3);
    static final CapabilityField INITIATE_RESET = new CapabilityField("pxdc.iflr", 8, 15, 1);
    // Device status, byte 10; link registers, bytes 12 to 19: sections 7.8.5 to 7.8.8.
    static final CapabilityField DEVICE_STATUS = new CapabilityField("pxds.stuff", 10, 0, 16);
    static final CapabilityField LINK_CAPABILITIES = new CapabilityField("pxlcap.stuff", 12, 0, 32);
    static final CapabilityField LINK_CONTROL = new CapabilityField("pxlc.raw", 16, 0, 16);
    static final CapabilityField ASPM_CONTROL = new CapabilityField("pxlc.aspmc", 16, 0, 2);
    static final CapabilityField READ_COMPLETION_BOUNDARY = new CapabilityField("pxlc.rcb", 16, 3, 1);
    static final CapabilityField LINK_DISABLE = new CapabilityField("pxlc.ld", 16, 4, 1);
    static final CapabilityField RETRAIN_LINK = new CapabilityField("pxlc.rl", 16, 5, 1);
    static final CapabilityField COMMON_CLOCK = new CapabilityField("pxlc.ccc", 16, 6, 1);
    static final CapabilityField EXTENDED_SYNCH = new CapabilityField("pxlc.es", 16, 7, 1);
    static final CapabilityField CLOCK_POWER = new CapabilityField("pxlc.clkreq_en", 16, 8, 1);
    static final CapabilityField AUTONOMOUS_WIDTH = new CapabilityField("pxlc.hawd", 16, 9, 1);
    static final CapabilityField BANDWIDTH_INTERRUPT = new CapabilityField("pxlc.lbmie", 16, 10, 1);
    static final CapabilityField AUTONOMOUS_INTERRUPT = new CapabilityField("pxlc.labie", 16, 11, 1);
    static final CapabilityField LINK_STATUS = new CapabilityField("pxls.stuff", 18, 0, 16);
    // Slot and root registers, bytes 20 to 35: sections 7.8.9 to 7.8.14.
    static final CapabilityField SLOT_CAPABILITIES = new CapabilityField("pxscap.stuff", 20, 0, 32);
    static final CapabilityField SLOT_CONTROL = new CapabilityField("pxsc.stuff", 24, 0, 16);
    static final CapabilityField SLOT_STATUS = new CapabilityField("pxss.stuff", 26, 0, 16);
    static final CapabilityField ROOT_CONTROL = new CapabilityField("pxrc.stuff", 28, 0, 16);
    static final CapabilityField ROOT_CAPABILITIES = new CapabilityField("pxrcap.stuff", 30, 0, 16);
    static final CapabilityField ROOT_STATUS = new CapabilityField("pxrs.stuff", 32, 0, 32);
    // Device capabilities 2, byte 36: section 7.8.15, later fields by PCI Express 4.0 section 7.5.3.15.
    static final CapabilityField TIMEOUT_RANGES = new CapabilityField("pxdcap2.ctrs", 36, 0, 4);
    static final CapabilityField TIMEOUT_DISABLE = new CapabilityField("pxdcap2.ctds", 36, 4, 1);
    static final CapabilityField ARI_FORWARDING = new CapabilityField("pxdcap2.arifs", 36, 5, 1);
    static final CapabilityField ATOMIC_ROUTING = new CapabilityField("pxdcap2.aors", 36, 6, 1);
    static final CapabilityField ATOMIC_32 = new CapabilityField("pxdcap2.aocs32", 36, 7, 1);
    static final CapabilityField ATOMIC_64 = new CapabilityField("pxdcap2.aocs64", 36, 8, 1);
    static final CapabilityField COMPARE_SWAP_128 = new CapabilityField("pxdcap2.ccs128", 36, 9, 1);
    static final CapabilityField NO_RELAXED_ROUTING = new CapabilityField("pxdcap2.nprpr", 36, 10, 1);
    static final CapabilityField LATENCY_TOLERANCE = new CapabilityField("pxdcap2.ltrs", 36, 11, 1);
    static final CapabilityField TPH_COMPLETER = new CapabilityField("pxdcap2.tphcs", 36, 12, 2);
    static final CapabilityField LN_SYSTEM = new CapabilityField("pxdcap2.ln", 36, 14, 2);
    static final CapabilityField TAG_10_COMPLETER = new CapabilityField("pxdcap2.tcs", 36, 16, 1);
    static final CapabilityField TAG_10_REQUESTER = new CapabilityField("pxdcap2.trs", 36, 17, 1);
    static final CapabilityField OBFF = new CapabilityField("pxdcap2.obffs", 36, 18, 2);
    static final CapabilityField EXTENDED_FMT = new CapabilityField("pxdcap2.effs", 36, 20, 1);
    static final CapabilityField TLP_PREFIX = new CapabilityField("pxdcap2.eetps", 36, 21, 1);
    static final CapabilityField MAX_TLP_PREFIXES = new CapabilityField("pxdcap2.meetp", 36, 22, 2);
    static final CapabilityField POWER_REDUCTION = new CapabilityField("pxdcap2.eprs", 36, 24, 2);
    static final CapabilityField POWER_REDUCTION_INIT = new CapabilityField("pxdcap2.eprir", 36, 26, 1);
    static final CapabilityField DMWR_COMPLETER = new CapabilityField("pxdcap2.dmwcs", 36, 28, 1);
    static final CapabilityField DMWR_LENGTHS = new CapabilityField("pxdcap2.dmwls", 36, 29, 2);
    static final CapabilityField FRS = new CapabilityField("pxdcap2.frss", 36, 31, 1);
    // Device control 2, byte 40: section 7.8.16.
    static final CapabilityField DEVICE_CONTROL_2 = new CapabilityField("pxdc2.raw", 40, 0, 16);
    static final CapabilityField TIMEOUT_VALUE = new CapabilityField("pxdc2.comp_timeout", 40, 0, 4);
    static final CapabilityField TIMEOUT_OFF = new CapabilityField("pxdc2.comp_timout_dis", 40, 4, 1);
    static final CapabilityField ARI_ENABLE = new CapabilityField("pxdc2.ari", 40, 5, 1);
    static final CapabilityField ATOMIC_REQUESTER = new CapabilityField("pxdc2.atomic_req", 40, 6, 1);
    static final CapabilityField ATOMIC_EGRESS = new CapabilityField("pxdc2.atomic_egress_block", 40, 7, 1);
    static final CapabilityField IDO_REQUEST = new CapabilityField("pxdc2.ido_req_en", 40, 8, 1);
    static final CapabilityField IDO_COMPLETION = new CapabilityField("pxdc2.ido_cmp_en", 40, 9, 1);
    static final CapabilityField LATENCY_ENABLE = new CapabilityField("pxdc2.ltr_en", 40, 10, 1);
    // Bits 11 and 12 where libvfio-user's header puts them; the specification has this field at bits 13 and 14.
    static final CapabilityField OBFF_ENABLE = new CapabilityField("pxdc2.obff_en", 40, 11, 2);
    static final CapabilityField PREFIX_BLOCK = new CapabilityField("pxdc2.end_end_tlp_prefix_block", 40, 13, 1);
    // Device status 2, link and slot registers 2, bytes 42 to 59: sections 7.8.17 to 7.8.23.
    static final CapabilityField DEVICE_STATUS_2 = new CapabilityField("pxds2.stuff", 42, 0, 16);
    static final CapabilityField LINK_CAPABILITIES_2 = new CapabilityField("pxlcap2.stuff", 44, 0, 32);
    static final CapabilityField LINK_CONTROL_2 = new CapabilityField("pxlc2.stuff", 48, 0, 16);
    static final CapabilityField LINK_STATUS_2 = new CapabilityField("pxls2.stuff", 50, 0, 16);
    static final CapabilityField SLOT_CAPABILITIES_2 = new CapabilityField("pxscap2.stuff", 52, 0, 32);
    static final CapabilityField SLOT_CONTROL_2 = new CapabilityField("pxsc2.stuff", 56, 0, 16);
    static final CapabilityField SLOT_STATUS_2 = new CapabilityField("pxss2.stuff", 58, 0, 16);

    static final List<CapabilityField> ALL = List.of(
            CapabilityHeader.ID,
            CapabilityHeader.NEXT,
            VERSION,
            PORT_TYPE,
            SLOT_IMPLEMENTED,
            INTERRUPT_MESSAGE,
            CAPS_RESERVED,
            MAX_PAYLOAD,
            PHANTOM_FUNCTIONS,
            EXTENDED_TAG,
            L0S_LATENCY,
            L1_LATENCY,
            DEVICE_RESERVED_1,
            ROLE_BASED_ERRORS,
            DEVICE_RESERVED_2,
            SLOT_POWER_VALUE,
            SLOT_POWER_SCALE,
            FUNCTION_LEVEL_RESET,
            DEVICE_RESERVED_3,
            DEVICE_CONTROL,
            CORRECTABLE_ERRORS,
            NON_FATAL_ERRORS,
            FATAL_ERRORS,
            UNSUPPORTED_REQUESTS,
            RELAXED_ORDERING,
            PAYLOAD_SIZE,
            EXTENDED_TAG_ENABLE,
            PHANTOM_ENABLE,
            AUX_POWER_ENABLE,
            NO_SNOOP,
            READ_REQUEST_SIZE,
            INITIATE_RESET,
            DEVICE_STATUS,
            LINK_CAPABILITIES,
            LINK_CONTROL,
            ASPM_CONTROL,
            READ_COMPLETION_BOUNDARY,
            LINK_DISABLE,
            RETRAIN_LINK,
            COMMON_CLOCK,
            EXTENDED_SYNCH,
            CLOCK_POWER,
            AUTONOMOUS_WIDTH,
            BANDWIDTH_INTERRUPT,
            AUTONOMOUS_INTERRUPT,
            LINK_STATUS,
            SLOT_CAPABILITIES,
            SLOT_CONTROL,
            SLOT_STATUS,
            ROOT_CONTROL,
            ROOT_CAPABILITIES,
            ROOT_STATUS,
            TIMEOUT_RANGES,
            TIMEOUT_DISABLE,
            ARI_FORWARDING,
            ATOMIC_ROUTING,
            ATOMIC_32,
            ATOMIC_64,
            COMPARE_SWAP_128,
            NO_RELAXED_ROUTING,
            LATENCY_TOLERANCE,
            TPH_COMPLETER,
            LN_SYSTEM,
            TAG_10_COMPLETER,
            TAG_10_REQUESTER,
            OBFF,
            EXTENDED_FMT,
            TLP_PREFIX,
            MAX_TLP_PREFIXES,
            POWER_REDUCTION,
            POWER_REDUCTION_INIT,
            DMWR_COMPLETER,
            DMWR_LENGTHS,
            FRS,
            DEVICE_CONTROL_2,
            TIMEOUT_VALUE,
            TIMEOUT_OFF,
            ARI_ENABLE,
            ATOMIC_REQUESTER,
            ATOMIC_EGRESS,
            IDO_REQUEST,
            IDO_COMPLETION,
            LATENCY_ENABLE,
            OBFF_ENABLE,
            PREFIX_BLOCK,
            DEVICE_STATUS_2,
            LINK_CAPABILITIES_2,
            LINK_CONTROL_2,
            LINK_STATUS_2,
            SLOT_CAPABILITIES_2,
            SLOT_CONTROL_2,
            SLOT_STATUS_2);

    private PciExpressField() {}
}
