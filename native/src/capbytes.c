/*
 * Prints the bytes of PCI capabilities as libvfio-user's own structures (include/pci_caps/) lay them out. The Java encoders are
 * checked against this output.
 *
 * Output: one line per setting, in ASCII, ended by '\n':
 *
 *     NAME ' ' HEX
 *
 * NAME has no space: CAPABILITY '.' FIELDS, where FIELDS is a member path (`msix.mxc.ts`: every bit of that field is one, all other
 * bytes are zero), or `zero`, or a combination whose values are in this file (`pm.nvme`). HEX is the whole capability from its
 * first byte, header included, two lower-case digits a byte, in the order of configuration space.
 *
 * CAPABILITY is pm, msi, msix, exp (PCI Express), vsc (vendor specific), ext (extended capability header alone), dsn, extvsc.
 * Lines whose first character is '#' are comments.
 *
 * Without PXDCAP2_COMPLETE the headers (before 0.2b) place the fields of Device Capabilities 2 from `obffs` on at other bits than
 * PCI Express does; those lines are left out then, as no authority speaks for them.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "pci_caps/common.h"
#include "pci_caps/dsn.h"
#include "pci_caps/msi.h"
#include "pci_caps/msix.h"
#include "pci_caps/pm.h"
#include "pci_caps/px.h"

static void
print_line(const char *name, const void *capability, size_t size)
{
    const uint8_t *bytes = capability;
    size_t i;

    printf("%s ", name);
    for (i = 0; i < size; i++) {
        printf("%02x", bytes[i]);
    }
    printf("\n");
}

/* A setting of `type`: the statements set members of `c`, the rest is zero. */
#define LINE(type, name, ...)                           \
    do {                                                \
        type c;                                         \
        memset(&c, 0, sizeof(c));                       \
        __VA_ARGS__;                                    \
        print_line(name, &c, sizeof(c));                \
    } while (0)

/* All ones in one member; the mask is as wide as any, a bit-field keeps what fits. */
#define ONES(type, prefix, member) \
    LINE(type, prefix "." #member, c.member = ~c.member)

static void
power_management(void)
{
    LINE(struct pmcap, "pm.zero", (void)c);
    ONES(struct pmcap, "pm", hdr.id);
    ONES(struct pmcap, "pm", hdr.next);
    ONES(struct pmcap, "pm", pc.vs);
    ONES(struct pmcap, "pm", pc.pmec);
    ONES(struct pmcap, "pm", pc.res);
    ONES(struct pmcap, "pm", pc.dsi);
    ONES(struct pmcap, "pm", pc.auxc);
    ONES(struct pmcap, "pm", pc.d1s);
    ONES(struct pmcap, "pm", pc.d2s);
    ONES(struct pmcap, "pm", pc.psup);
    ONES(struct pmcap, "pm", pmcs.raw);
    ONES(struct pmcap, "pm", pmcs.ps);
    ONES(struct pmcap, "pm", pmcs.nsfrst);
    ONES(struct pmcap, "pm", pmcs.pmee);
    ONES(struct pmcap, "pm", pmcs.dse);
    ONES(struct pmcap, "pm", pmcs.dsc);
    ONES(struct pmcap, "pm", pmcs.pmes);
    ONES(struct pmcap, "pm", pmcsr_bse);
    ONES(struct pmcap, "pm", data);
    /* What an NVMe controller announces: version 3, D0 and D3hot, no soft reset. */
    LINE(struct pmcap, "pm.nvme", c.hdr.id = PCI_CAP_ID_PM, c.pc.vs = 3, c.pmcs.nsfrst = 1);
    LINE(struct pmcap, "pm.mixed", c.hdr.id = PCI_CAP_ID_PM, c.hdr.next = 0x48, c.pc.vs = 2, c.pc.dsi = 1, c.pc.auxc = 5,
         c.pc.d2s = 1, c.pc.psup = 0x15, c.pmcs.ps = 3, c.pmcs.pmee = 1, c.pmcs.dse = 9, c.pmcs.dsc = 2, c.pmcsr_bse = 0x40,
         c.data = 0xa5);
}

static void
msi(void)
{
    LINE(struct msicap, "msi.zero", (void)c);
    ONES(struct msicap, "msi", hdr.id);
    ONES(struct msicap, "msi", hdr.next);
    ONES(struct msicap, "msi", mc.msie);
    ONES(struct msicap, "msi", mc.mmc);
    ONES(struct msicap, "msi", mc.mme);
    ONES(struct msicap, "msi", mc.c64);
    ONES(struct msicap, "msi", mc.pvm);
    ONES(struct msicap, "msi", mc.res1);
    ONES(struct msicap, "msi", ma.res1);
    ONES(struct msicap, "msi", ma.addr);
    ONES(struct msicap, "msi", mua);
    ONES(struct msicap, "msi", md);
    ONES(struct msicap, "msi", padding);
    ONES(struct msicap, "msi", mmask);
    ONES(struct msicap, "msi", mpend);
    /* Room for 32 vectors, 64-bit addresses, masking of single vectors; not enabled. */
    LINE(struct msicap, "msi.vectors32", c.hdr.id = PCI_CAP_ID_MSI, c.mc.mmc = 5, c.mc.c64 = 1, c.mc.pvm = 1);
    LINE(struct msicap, "msi.mixed", c.hdr.id = PCI_CAP_ID_MSI, c.hdr.next = 0x70, c.mc.msie = 1, c.mc.mmc = 3, c.mc.mme = 2,
         c.mc.c64 = 1, c.mc.pvm = 1, c.ma.addr = 0xfee01234 >> 2, c.mua = 0x89abcdef, c.md = 0x4321, c.mmask = 0xfffffff0,
         c.mpend = 0x00000008);
}

static void
msix(void)
{
    LINE(struct msixcap, "msix.zero", (void)c);
    ONES(struct msixcap, "msix", hdr.id);
    ONES(struct msixcap, "msix", hdr.next);
    ONES(struct msixcap, "msix", mxc.ts);
    ONES(struct msixcap, "msix", mxc.reserved);
    ONES(struct msixcap, "msix", mxc.fm);
    ONES(struct msixcap, "msix", mxc.mxe);
    ONES(struct msixcap, "msix", mtab.tbir);
    ONES(struct msixcap, "msix", mtab.to);
    ONES(struct msixcap, "msix", mpba.pbir);
    ONES(struct msixcap, "msix", mpba.pbao);
    /* 32 vectors (the field is one less); table at the start of BAR 4, pending bits at the start of BAR 5. */
    LINE(struct msixcap, "msix.nvme", c.hdr.id = PCI_CAP_ID_MSIX, c.mxc.ts = 31, c.mtab.tbir = 4, c.mpba.pbir = 5);
    /* Offsets are multiples of 8, of which the fields hold the upper 29 bits. */
    LINE(struct msixcap, "msix.mixed", c.hdr.id = PCI_CAP_ID_MSIX, c.hdr.next = 0x90, c.mxc.ts = 2047, c.mxc.fm = 1, c.mxc.mxe = 1,
         c.mtab.tbir = 2, c.mtab.to = 0x12340 >> 3, c.mpba.pbir = 3, c.mpba.pbao = 0xfffffff8 >> 3);
}

static void
express(void)
{
    LINE(struct pxcap, "exp.zero", (void)c);
    ONES(struct pxcap, "exp", hdr.id);
    ONES(struct pxcap, "exp", hdr.next);
    ONES(struct pxcap, "exp", pxcaps.ver);
    ONES(struct pxcap, "exp", pxcaps.dpt);
    ONES(struct pxcap, "exp", pxcaps.si);
    ONES(struct pxcap, "exp", pxcaps.imn);
    ONES(struct pxcap, "exp", pxcaps.res1);
    ONES(struct pxcap, "exp", pxdcap.mps);
    ONES(struct pxcap, "exp", pxdcap.pfs);
    ONES(struct pxcap, "exp", pxdcap.etfs);
    ONES(struct pxcap, "exp", pxdcap.l0sl);
    ONES(struct pxcap, "exp", pxdcap.l1l);
    ONES(struct pxcap, "exp", pxdcap.res1);
    ONES(struct pxcap, "exp", pxdcap.rer);
    ONES(struct pxcap, "exp", pxdcap.res2);
    ONES(struct pxcap, "exp", pxdcap.csplv);
    ONES(struct pxcap, "exp", pxdcap.cspls);
    ONES(struct pxcap, "exp", pxdcap.flrc);
    ONES(struct pxcap, "exp", pxdcap.res3);
    ONES(struct pxcap, "exp", pxdc.raw);
    ONES(struct pxcap, "exp", pxdc.cere);
    ONES(struct pxcap, "exp", pxdc.nfere);
    ONES(struct pxcap, "exp", pxdc.fere);
    ONES(struct pxcap, "exp", pxdc.urre);
    ONES(struct pxcap, "exp", pxdc.ero);
    ONES(struct pxcap, "exp", pxdc.mps);
    ONES(struct pxcap, "exp", pxdc.ete);
    ONES(struct pxcap, "exp", pxdc.pfe);
    ONES(struct pxcap, "exp", pxdc.appme);
    ONES(struct pxcap, "exp", pxdc.ens);
    ONES(struct pxcap, "exp", pxdc.mrrs);
    ONES(struct pxcap, "exp", pxdc.iflr);
    ONES(struct pxcap, "exp", pxds.stuff);
    ONES(struct pxcap, "exp", pxlcap.stuff);
    ONES(struct pxcap, "exp", pxlc.raw);
    ONES(struct pxcap, "exp", pxlc.aspmc);
    ONES(struct pxcap, "exp", pxlc.rcb);
    ONES(struct pxcap, "exp", pxlc.ld);
    ONES(struct pxcap, "exp", pxlc.rl);
    ONES(struct pxcap, "exp", pxlc.ccc);
    ONES(struct pxcap, "exp", pxlc.es);
    ONES(struct pxcap, "exp", pxlc.clkreq_en);
    ONES(struct pxcap, "exp", pxlc.hawd);
    ONES(struct pxcap, "exp", pxlc.lbmie);
    ONES(struct pxcap, "exp", pxlc.labie);
    ONES(struct pxcap, "exp", pxls.stuff);
    ONES(struct pxcap, "exp", pxscap.stuff);
    ONES(struct pxcap, "exp", pxsc.stuff);
    ONES(struct pxcap, "exp", pxss.stuff);
    ONES(struct pxcap, "exp", pxrc.stuff);
    ONES(struct pxcap, "exp", pxrcap.stuff);
    ONES(struct pxcap, "exp", pxrs.stuff);
    ONES(struct pxcap, "exp", pxdcap2.ctrs);
    ONES(struct pxcap, "exp", pxdcap2.ctds);
    ONES(struct pxcap, "exp", pxdcap2.arifs);
    ONES(struct pxcap, "exp", pxdcap2.aors);
    ONES(struct pxcap, "exp", pxdcap2.aocs32);
    ONES(struct pxcap, "exp", pxdcap2.aocs64);
    ONES(struct pxcap, "exp", pxdcap2.ccs128);
    ONES(struct pxcap, "exp", pxdcap2.nprpr);
    ONES(struct pxcap, "exp", pxdcap2.ltrs);
    ONES(struct pxcap, "exp", pxdcap2.tphcs);
#ifdef PXDCAP2_COMPLETE
    ONES(struct pxcap, "exp", pxdcap2.ln);
    ONES(struct pxcap, "exp", pxdcap2.tcs);
    ONES(struct pxcap, "exp", pxdcap2.trs);
    ONES(struct pxcap, "exp", pxdcap2.obffs);
    ONES(struct pxcap, "exp", pxdcap2.effs);
    ONES(struct pxcap, "exp", pxdcap2.eetps);
    ONES(struct pxcap, "exp", pxdcap2.meetp);
    ONES(struct pxcap, "exp", pxdcap2.eprs);
    ONES(struct pxcap, "exp", pxdcap2.eprir);
    ONES(struct pxcap, "exp", pxdcap2.dmwcs);
    ONES(struct pxcap, "exp", pxdcap2.dmwls);
    ONES(struct pxcap, "exp", pxdcap2.frss);
#endif
    ONES(struct pxcap, "exp", pxdc2.raw);
    ONES(struct pxcap, "exp", pxdc2.comp_timeout);
    ONES(struct pxcap, "exp", pxdc2.comp_timout_dis);
    ONES(struct pxcap, "exp", pxdc2.ari);
    ONES(struct pxcap, "exp", pxdc2.atomic_req);
    ONES(struct pxcap, "exp", pxdc2.atomic_egress_block);
    ONES(struct pxcap, "exp", pxdc2.ido_req_en);
    ONES(struct pxcap, "exp", pxdc2.ido_cmp_en);
    ONES(struct pxcap, "exp", pxdc2.ltr_en);
    ONES(struct pxcap, "exp", pxdc2.obff_en);
    ONES(struct pxcap, "exp", pxdc2.end_end_tlp_prefix_block);
    ONES(struct pxcap, "exp", pxds2.stuff);
    ONES(struct pxcap, "exp", pxlcap2.stuff);
    ONES(struct pxcap, "exp", pxlc2.stuff);
    ONES(struct pxcap, "exp", pxls2.stuff);
    ONES(struct pxcap, "exp", pxscap2.stuff);
    ONES(struct pxcap, "exp", pxsc2.stuff);
    ONES(struct pxcap, "exp", pxss2.stuff);
    /* An endpoint of version 2 with role-based error reporting, function level reset and completion time-outs that can be disabled. */
    LINE(struct pxcap, "exp.nvme", c.hdr.id = PCI_CAP_ID_EXP, c.pxcaps.ver = 2, c.pxdcap.rer = 1, c.pxdcap.flrc = 1,
         c.pxdcap2.ctds = 1);
    LINE(struct pxcap, "exp.mixed", c.hdr.id = PCI_CAP_ID_EXP, c.hdr.next = 0xc0, c.pxcaps.ver = 2, c.pxcaps.dpt = 9,
         c.pxcaps.si = 1, c.pxcaps.imn = 0x15, c.pxdcap.mps = 2, c.pxdcap.pfs = 1, c.pxdcap.etfs = 1, c.pxdcap.l0sl = 5,
         c.pxdcap.l1l = 6, c.pxdcap.rer = 1, c.pxdcap.csplv = 0x5a, c.pxdcap.cspls = 2, c.pxdcap.flrc = 1, c.pxdc.fere = 1,
         c.pxdc.mps = 1, c.pxdc.mrrs = 2, c.pxds.stuff = 0x0010, c.pxlcap.stuff = 0x00400c42, c.pxlc.aspmc = 1, c.pxlc.ccc = 1,
         c.pxls.stuff = 0x1042, c.pxdcap2.ctrs = 9, c.pxdcap2.aocs64 = 1, c.pxdcap2.tphcs = 2, c.pxdc2.comp_timeout = 6,
         c.pxdc2.obff_en = 1, c.pxlcap2.stuff = 0x0000001e, c.pxlc2.stuff = 0x0003, c.pxls2.stuff = 0x0001);
}

/* Structures that end in data of any length are laid over a buffer. */
static void
vendor_specific(void)
{
    static const uint8_t payload[] = { 0xde, 0xad, 0xbe, 0xef, 0x55 };
    uint8_t buffer[64];
    struct vsc *vsc = (struct vsc *)buffer;
    struct pcie_ext_cap_vsc_hdr *ext = (struct pcie_ext_cap_vsc_hdr *)buffer;

    memset(buffer, 0, sizeof(buffer));
    vsc->hdr.id = PCI_CAP_ID_VNDR;
    vsc->size = sizeof(*vsc);
    print_line("vsc.empty", buffer, sizeof(*vsc));

    vsc->hdr.next = 0xd4;
    vsc->size = sizeof(*vsc) + sizeof(payload);
    memcpy(vsc->data, payload, sizeof(payload));
    print_line("vsc.payload", buffer, sizeof(*vsc) + sizeof(payload));

    memset(buffer, 0, sizeof(buffer));
    ext->hdr.id = PCI_EXT_CAP_ID_VNDR;
    ext->hdr.version = 1;
    ext->len = sizeof(*ext);
    print_line("extvsc.empty", buffer, sizeof(*ext));

    ext->hdr.next = 0x140;
    ext->id = 0xcafe;
    ext->rev = 0xa;
    ext->len = sizeof(*ext) + sizeof(payload);
    memcpy(ext->data, payload, sizeof(payload));
    print_line("extvsc.payload", buffer, sizeof(*ext) + sizeof(payload));

    LINE(struct pcie_ext_cap_vsc_hdr, "extvsc.id", c.id = 0xffff);
    LINE(struct pcie_ext_cap_vsc_hdr, "extvsc.rev", c.rev = 0xf);
    LINE(struct pcie_ext_cap_vsc_hdr, "extvsc.len", c.len = 0xfff);
}

static void
extended(void)
{
    LINE(struct pcie_ext_cap_hdr, "ext.zero", (void)c);
    ONES(struct pcie_ext_cap_hdr, "ext", id);
    ONES(struct pcie_ext_cap_hdr, "ext", version);
    ONES(struct pcie_ext_cap_hdr, "ext", next);

    ONES(struct dsncap, "dsn", sn_lo);
    ONES(struct dsncap, "dsn", sn_hi);
    /* Serial number 0x0123456789abcdef. */
    LINE(struct dsncap, "dsn.nvme", c.hdr.id = PCI_EXT_CAP_ID_DSN, c.hdr.version = 1, c.sn_lo = 0x89abcdef, c.sn_hi = 0x01234567);
    LINE(struct dsncap, "dsn.mixed", c.hdr.id = PCI_EXT_CAP_ID_DSN, c.hdr.version = 1, c.hdr.next = 0xabc, c.sn_lo = 0x00c0ffee,
         c.sn_hi = 0xfedcba98);
}

int
main(void)
{
    power_management();
    msi();
    msix();
    express();
    vendor_specific();
    extended();
    return ferror(stdout) || fflush(stdout) != 0;
}
