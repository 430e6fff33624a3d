package io.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.abi.NativeCalls;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The table in docs/native-functions.md names every function, and only methods and tests that exist. */
class NativeFunctionsTest {
    private static final Pattern ROW = Pattern.compile("^\\| `(\\w+)` \\| (\\S+) \\| (.*?) \\| `(\\w+)\\.(\\w+)` \\|$");
    private static final Pattern METHOD = Pattern.compile("`(\\w+)\\.(\\w+)`");
    private static final Pattern SYMBOL = Pattern.compile("(?:vfu_[a-z0-9_]+|dma_sg_size)");

    private record Row(String function, String java, String testClass, String testMethod) {}

    private static final List<Row> ROWS = new ArrayList<>();

    @BeforeAll
    static void readTheTable() throws IOException {
        for (String line : Files.readAllLines(repository().resolve("docs/native-functions.md"))) {
            Matcher matcher = ROW.matcher(line);
            if (matcher.matches()) {
                ROWS.add(new Row(matcher.group(1), matcher.group(3), matcher.group(4), matcher.group(5)));
            }
        }
    }

    private static Path repository() {
        // Surefire's working folder is the module's.
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("docs/native-functions.md"))) {
            Path parent = folder.getParent();
            assertThat(parent)
                    .as("a folder above the module that holds docs/native-functions.md")
                    .isNotNull();
            folder = parent;
        }
        return folder;
    }

    @Test
    void theTableHasEveryFunctionOfTheNativeCallsOnce() {
        Set<String> expected = Stream.of(NativeCalls.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers()))
                .map(Method::getName)
                .filter(name -> !name.equals("level"))
                .map(NativeFunctionsTest::symbol)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(ROWS).extracting(Row::function).doesNotHaveDuplicates();
        assertThat(new TreeSet<>(ROWS.stream().map(Row::function).toList())).isEqualTo(expected);
    }

    private static String symbol(String method) {
        String name = method.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
        return name.startsWith("dma_") ? name : "vfu_" + name;
    }

    @Test
    void theTableHasEverySymbolThisLibraryExports() throws IOException {
        // The names in the file's dynamic string table; a name that is only mentioned in a message is not followed by
        // its NUL.
        String content = new String(Files.readAllBytes(ServerFixture.LIBRARY.path()), StandardCharsets.ISO_8859_1);
        Set<String> functions = new TreeSet<>(ROWS.stream().map(Row::function).toList());
        int tableEnd = content.indexOf("GLIBC_");
        int tableStart = content.lastIndexOf("\0\0", content.indexOf("vfu_run_ctx\0"));
        Matcher matcher = SYMBOL.matcher(content.substring(Math.max(0, tableStart), tableEnd));
        Set<String> exported = new TreeSet<>();
        while (matcher.find()) {
            exported.add(matcher.group());
        }
        assertThat(exported).hasSizeBetween(34, 35);
        assertThat(functions).containsAll(exported);
    }

    @Test
    void everyJavaMethodAndEveryTestExists() throws ClassNotFoundException {
        for (Row row : ROWS) {
            Matcher matcher = METHOD.matcher(row.java());
            boolean any = false;
            while (matcher.find()) {
                any = true;
                Class<?> type = Class.forName("io.vfiouser.server." + matcher.group(1));
                assertThat(Modifier.isPublic(type.getModifiers()))
                        .as(type.getName())
                        .isTrue();
                String method = matcher.group(2);
                assertThat(type.getMethods())
                        .as(row.function())
                        .anyMatch(candidate -> candidate.getName().equals(method));
            }
            assertThat(any).as(row.function()).isTrue();
            Class<?> test = Class.forName("io.vfiouser.server." + row.testClass());
            assertThat(test.getDeclaredMethods())
                    .as(row.function())
                    .anyMatch(candidate -> candidate.getName().equals(row.testMethod()));
        }
    }
}
