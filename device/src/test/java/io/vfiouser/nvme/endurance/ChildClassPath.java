package io.vfiouser.nvme.endurance;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * What child virtual machines load their classes from: this one's class and module path, in jars, with the JVM's own archive of loaded
 * classes beside them (JEP 514), by which each child starts in two thirds of the time. The archive has
 * classes, and no compiled code.
 *
 * <p>Both lie under {@code target}, in a folder named after all that went into them, so that nothing old can be run; the first process that
 * needs one makes it.
 */
final class ChildClassPath {
    private static final Path HOME = Path.of("target", "child-jvm").toAbsolutePath();
    private static final String MADE = "made";
    private static final String ARCHIVE = "classes.aot";
    private static final long PATIENCE_SECONDS = 60;

    /** The options that decide whether an archive fits: of whoever makes and of whoever uses one. */
    static final List<String> JVM_OPTIONS =
            List.of("-XX:+UseSerialGC", "-Xmx256m", "-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED");

    private static final List<String> OPTIONS = new ChildClassPath(HOME).options();

    private final Path home;
    private final List<Path> entries = entries();

    private ChildClassPath(Path home) {
        this.home = home;
    }

    /** Options by which a JVM finds all classes. */
    static List<String> jvmOptions() {
        return OPTIONS;
    }

    private List<String> options() {
        try {
            Files.createDirectories(home);
            try (FileChannel channel = FileChannel.open(
                            home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock _ = channel.lock()) {
                Path folder = home.resolve(fingerprint());
                if (!Files.exists(folder.resolve(MADE))) {
                    deleteAll();
                    make(Files.createDirectory(folder));
                }
                return options(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> options(Path folder) {
        List<String> options = new ArrayList<>();
        if (Files.exists(folder.resolve(ARCHIVE))) {
            options.add("-XX:AOTCache=" + folder.resolve(ARCHIVE));
        }
        options.add("-cp");
        options.add(classPath(folder));
        return options;
    }

    private String classPath(Path folder) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            Path entry = entries.get(i);
            all.add((Files.isDirectory(entry) ? folder.resolve(i + ".jar") : entry).toString());
        }
        return String.join(File.pathSeparator, all);
    }

    /** Everything is on the class path there, whether it is on the module path here or not. */
    private static List<Path> entries() {
        Set<String> names = new LinkedHashSet<>();
        names.add(Path.of("target", "test-classes").toAbsolutePath().toString());
        for (String property : List.of("jdk.module.path", "java.class.path")) {
            Collections.addAll(names, System.getProperty(property, "").split(File.pathSeparator, -1));
        }
        names.remove("");
        return names.stream()
                .map(name -> Path.of(name).toAbsolutePath())
                .filter(Files::exists)
                .toList();
    }

    /** Of the content of folders, of names, lengths and times of jars, and of the JVM. */
    private String fingerprint() throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        add(digest, System.getProperty("java.home") + " " + Runtime.version());
        for (Path entry : entries) {
            for (Path file : files(entry)) {
                add(digest, file + " " + Files.size(file));
                if (file.equals(entry)) {
                    add(digest, Files.getLastModifiedTime(file).toString());
                } else {
                    digest.update(Files.readAllBytes(file));
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }

    private static void add(MessageDigest digest, String text) {
        digest.update((text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static List<Path> files(Path entry) throws IOException {
        try (Stream<Path> files = Files.walk(entry)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** Those of other classes than the present ones. */
    private void deleteAll() throws IOException {
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.sorted(Collections.reverseOrder()).toList()) {
                if (!file.equals(home) && !file.equals(home.resolve("lock"))) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private void make(Path folder) throws IOException {
        for (int i = 0; i < entries.size(); i++) {
            if (Files.isDirectory(entries.get(i))) {
                pack(entries.get(i), folder.resolve(i + ".jar"));
            }
        }
        train(folder);
        Files.createFile(folder.resolve(MADE));
    }

    private static void pack(Path directory, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            out.setLevel(0);
            for (Path from : files(directory)) {
                out.putNextEntry(new ZipEntry(directory.relativize(from).toString()));
                Files.copy(from, out);
                out.closeEntry();
            }
        }
    }

    /** Without an archive children start more slowly, and do the same. */
    private void train(Path folder) throws IOException {
        Path work = Files.createTempDirectory("vfu");
        Path archive = folder.resolve(ARCHIVE);
        // No profiles in the archive either: children compile what is hot as if there were none.
        List<String> training = List.of(
                "-XX:TieredStopAtLevel=1",
                "-XX:AOTCacheOutput=" + archive,
                "-Dvfiouser.library=" + System.getProperty("vfiouser.library"),
                "-cp",
                classPath(folder),
                "io.vfiouser.nvme.cli.TrainingRun",
                work.toString());
        Path use = folder.resolve("use.log");
        try {
            // A JVM that dislikes its archive says so where children print what tests read.
            boolean good = java(training, folder.resolve("training.log"))
                    && java(List.of("-XX:AOTCache=" + archive, "-cp", classPath(folder), "-version"), use)
                    && Files.size(use) == 0;
            if (!good) {
                System.err.println("child JVMs start without an archive of their classes: see the logs in " + folder);
                Files.deleteIfExists(archive);
            }
        } finally {
            for (Path left : files(work)) {
                Files.deleteIfExists(left);
            }
            Files.deleteIfExists(work.resolve("s"));
            Files.deleteIfExists(work);
        }
    }

    /** Whether a JVM ended well; what it printed goes to a file, errors nowhere. */
    private static boolean java(List<String> options, Path output) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_OPTIONS);
        command.addAll(options);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(output.toFile())
                .start();
        try {
            return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            process.destroyForcibly();
        }
    }
}
