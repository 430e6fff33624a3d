package io.vfiouser.nvme.guest;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;

/** What guests are made of: {@code device/src/guest/README.md}. */
final class GuestKit {
    private final Path folder;

    private GuestKit(Path folder) {
        this.folder = folder;
    }

    /** The kit that the environment variable {@code GUEST_KIT} names; without it the test is skipped. */
    static GuestKit required() {
        String folder = System.getenv("GUEST_KIT");
        Assumptions.assumeTrue(
                folder != null && Files.exists(Path.of(folder, "packages")),
                "no guest kit: `make guest-test` builds it and names it in GUEST_KIT");
        return new GuestKit(Path.of(folder));
    }

    /** A program that takes QEMU's options. */
    Path qemu() {
        return folder.resolve("qemu-system-x86_64");
    }

    Path kernel() {
        return folder.resolve("vmlinuz");
    }

    /** A file of the boot loader. */
    Path boot(String name) {
        return folder.resolve("boot").resolve(name);
    }

    /** Writes the guest's first file system. */
    void writeInitramfs(Path file, byte[] own, boolean withFio) {
        try (OutputStream out = Files.newOutputStream(file)) {
            Files.copy(folder.resolve("base.cpio"), out);
            out.write(own);
            if (withFio) {
                // Unpacked here, since an emulated processor takes seconds for it.
                try (InputStream in =
                        new GZIPInputStream(Files.newInputStream(folder.resolve("fio.cpio.gz")), 1 << 16)) {
                    in.transferTo(out);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
