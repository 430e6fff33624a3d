package io.vfiouser.nvme.guest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What a guest is to be: its machine, its disks, and the script that it runs. */
final class GuestSetup {
    /** What the machine starts with. */
    enum Firmware {
        /** Only starts a kernel that it is handed. */
        QBOOT("qboot.rom"),
        /** A PC's: uses disks by itself before any kernel does. */
        SEABIOS("bios-256k.bin");

        private final String rom;

        Firmware(String rom) {
            this.rom = rom;
        }

        String rom() {
            return rom;
        }
    }

    /** Many times what a guest takes on a machine that has nothing else to do. */
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final NewcArchive archive = new NewcArchive().folder("test");
    private final List<Path> disks = new ArrayList<>();
    private final List<String> qemuOptions = new ArrayList<>();
    private final List<Pattern> provoked = new ArrayList<>();
    private Firmware firmware = Firmware.QBOOT;
    private int processors = 2;
    private int memoryMib = 512;
    private int boots = 1;
    private Duration limit = LIMIT;
    private boolean kernelGiven = true;
    private boolean fio;
    private String kernelOptions = "";

    private GuestSetup() {}

    /** A guest that runs a shell script and powers off; the script ends with its first command that fails. */
    static GuestSetup script(String script) {
        return new GuestSetup().file("script", script.getBytes(StandardCharsets.UTF_8));
    }

    /** A guest that boots from its first disk, with the script that was installed there. */
    static GuestSetup fromDisk() {
        GuestSetup setup = new GuestSetup();
        setup.kernelGiven = false;
        setup.firmware = Firmware.SEABIOS;
        return setup;
    }

    /** Adds a file to the folder that the script runs in. */
    GuestSetup file(String name, byte[] content) {
        archive.file("test/" + name, content);
        return this;
    }

    /** Adds a file to the folder that the script runs in. */
    GuestSetup file(String name, Path content) {
        try {
            return file(name, Files.readAllBytes(content));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Attaches the controller that listens there. */
    GuestSetup disk(Path socket) {
        disks.add(socket);
        return this;
    }

    GuestSetup processors(int count) {
        processors = count;
        return this;
    }

    GuestSetup memoryMib(int mib) {
        memoryMib = mib;
        return this;
    }

    GuestSetup firmware(Firmware wanted) {
        firmware = wanted;
        return this;
    }

    /** The script uses {@code fio}. */
    GuestSetup withFio() {
        fio = true;
        return this;
    }

    /** How often the guest boots in all: its script asks for a reboot by {@code touch /tmp/reboot}. */
    GuestSetup boots(int count) {
        boots = count;
        return this;
    }

    /** How long it may take; without it two minutes. */
    GuestSetup limit(Duration most) {
        limit = most;
        return this;
    }

    /** More words for the kernel's command line. */
    GuestSetup kernelOptions(String options) {
        kernelOptions = options;
        return this;
    }

    /** More options for QEMU. */
    GuestSetup qemu(String... options) {
        qemuOptions.addAll(List.of(options));
        return this;
    }

    /** What the scenario makes the kernel complain about: the messages in which the expression is found. */
    GuestSetup provokes(String expression) {
        provoked.add(Pattern.compile(expression));
        return this;
    }

    Duration limit() {
        return limit;
    }

    int boots() {
        return boots;
    }

    List<Pattern> provoked() {
        return provoked;
    }

    /** QEMU's command line. */
    List<String> command(GuestKit kit, Path initramfs, Path port, Path qmp) {
        List<String> command = new ArrayList<>(List.of(
                kit.qemu().toString(),
                "-accel",
                "tcg",
                "-machine",
                "q35,memory-backend=mem0",
                "-object",
                "memory-backend-memfd,id=mem0,share=on,size=" + memoryMib + "M",
                "-bios",
                firmware.rom(),
                "-smp",
                Integer.toString(processors),
                "-nodefaults",
                "-display",
                "none",
                "-serial",
                "stdio",
                "-serial",
                "file:" + port,
                "-qmp",
                "unix:" + qmp + ",server=on,wait=off"));
        if (boots == 1) {
            command.add("-no-reboot");
        }
        if (kernelGiven) {
            kit.writeInitramfs(initramfs, archive.finish(), fio);
            command.addAll(List.of(
                    "-kernel",
                    kit.kernel().toString(),
                    "-initrd",
                    initramfs.toString(),
                    "-append",
                    "console=ttyS0 quiet panic=-1 no_timer_check " + kernelOptions));
        }
        for (Path disk : disks) {
            command.addAll(List.of("-device", device(disk, "")));
        }
        command.addAll(qemuOptions);
        return command;
    }

    /**
     * A controller as QEMU wants it described.
     *
     * @param more JSON members, each with a comma before it
     */
    static String device(Path socket, String more) {
        return "{\"driver\":\"vfio-user-pci\",\"socket\":{\"type\":\"unix\",\"path\":\"%s\"}%s}"
                .formatted(socket, more);
    }
}
