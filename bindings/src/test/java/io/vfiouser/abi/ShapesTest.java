package io.vfiouser.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The shapes that calls are made by, against what jextract read from the headers and what libraries export. */
class ShapesTest {
    private static final Map<AbiLevel, Integer> EXPORTED =
            Map.of(AbiLevel.V0_1, 35, AbiLevel.V0_2A, 34, AbiLevel.V0_2B, 34);

    @TempDir
    Path folder;

    static Stream<Path> libraries() {
        return TestLibraries.all().stream();
    }

    @ParameterizedTest
    @EnumSource
    void everyFunctionOfTheHeaderIsCalledByItsShape(AbiLevel level) throws Exception {
        Path library = Files.copy(TestLibraries.underTest(), folder.resolve("libvfio-user.so"));
        Set<String> exported =
                ElfFile.definedSymbols(library, Platform.architecture()).orElseThrow();
        GeneratedDescriptors generated = GeneratedDescriptors.of(level, library);

        Set<String> functions = functionsOf(level);
        assertThat(functions).hasSize(EXPORTED.get(level));
        functions.remove("vfu_log");
        assertThat(generated.functions()).isEqualTo(functions);
        for (NativeFunction function : NativeFunction.values()) {
            FunctionDescriptor shape = function.shape(level);
            // Only vfu_get_migr_register_area_size can be missing, in a library that is not 0.1.
            if (shape != null && function != NativeFunction.VFU_LOG && exported.contains(function.symbol())) {
                assertThat(classes(shape))
                        .as(function.symbol())
                        .isEqualTo(asCalled(function, generated.descriptor(function.symbol())));
            }
        }
        assertThat(classes(Shapes.VOID_PIP_VARIADIC_P)).isEqualTo(classes(generated.log(ValueLayout.ADDRESS)));
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void aLibraryExportsTheFunctionsOfItsLevelAndNothingElse(Path library) throws IOException {
        AbiLevel level = VfioUserLibrary.load(library).level();

        Set<String> exported =
                ElfFile.definedSymbols(library, Platform.architecture()).orElseThrow();
        assertThat(exported.stream().filter(name -> name.startsWith("vfu_") || name.startsWith("dma_")))
                .containsExactlyInAnyOrderElementsOf(functionsOf(level));
    }

    private static Set<String> functionsOf(AbiLevel level) {
        return Arrays.stream(NativeFunction.values())
                .filter(function -> function.shape(level) != null)
                .map(NativeFunction::symbol)
                .collect(Collectors.toSet());
    }

    /** The DMA address of {@code vfu_addr_to_sgl} is a pointer in C and a number here: the one intended difference. */
    private static List<String> asCalled(NativeFunction function, FunctionDescriptor generated) {
        List<String> classes = new ArrayList<>(classes(generated));
        if (function == NativeFunction.VFU_ADDR_TO_SGL) {
            assertThat(classes.get(2)).isEqualTo(of(ValueLayout.ADDRESS));
            classes.set(2, of(ValueLayout.JAVA_LONG));
        }
        return classes;
    }

    /** Result and arguments by carrier, size, alignment and byte order; names and what pointers point to do not count. */
    static List<String> classes(FunctionDescriptor descriptor) {
        return Stream.concat(
                        Stream.of(descriptor.returnLayout().map(ShapesTest::of).orElse("void")),
                        descriptor.argumentLayouts().stream().map(ShapesTest::of))
                .toList();
    }

    private static String of(MemoryLayout layout) {
        ValueLayout value = (ValueLayout) layout;
        String carrier = value.carrier() == MemorySegment.class
                ? "pointer"
                : value.carrier().getName();
        return carrier + " " + value.byteSize() + "/" + value.byteAlignment() + " " + value.order();
    }
}
