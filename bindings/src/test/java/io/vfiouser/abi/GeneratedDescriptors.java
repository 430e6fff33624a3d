package io.vfiouser.abi;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The descriptors that jextract generated for one level. Reading one initialises a class that resolves the symbol through
 * the class loader's own libraries, so the generated classes are defined a second time, in a loader that loads a library
 * of its own.
 */
final class GeneratedDescriptors {
    private static final String SUFFIX = "$descriptor";

    private final Class<?> header;

    private GeneratedDescriptors(Class<?> header) {
        this.header = header;
    }

    /**
     * Reads them against a library.
     *
     * @param library a file that no other class loader loads
     */
    static GeneratedDescriptors of(AbiLevel level, Path library) throws ReflectiveOperationException {
        ClassLoader loader = new SecondDefinition();
        Class<?> loading = loader.loadClass(LibraryOfLoader.class.getName());
        Method load = loading.getDeclaredMethod("load", String.class);
        load.setAccessible(true);
        load.invoke(null, library.toAbsolutePath().toString());
        return new GeneratedDescriptors(loader.loadClass(packageOf(level) + ".libvfio_user_h"));
    }

    static String packageOf(AbiLevel level) {
        return "io.vfiouser.ffi."
                + switch (level) {
                    case V0_1 -> "v01";
                    case V0_2A -> "v02a";
                    case V0_2B -> "v02b";
                };
    }

    /** The functions of the header, {@code vfu_log} apart, which is variadic. */
    Set<String> functions() {
        return Arrays.stream(header.getMethods())
                .map(Method::getName)
                .filter(name -> name.endsWith(SUFFIX))
                .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                .collect(Collectors.toSet());
    }

    /** Fails with an {@link ExceptionInInitializerError} as cause if the library lacks the function. */
    FunctionDescriptor descriptor(String function) throws ReflectiveOperationException {
        try {
            return (FunctionDescriptor) header.getMethod(function + SUFFIX).invoke(null);
        } catch (InvocationTargetException e) {
            throw new ReflectiveOperationException(function, e.getCause());
        }
    }

    /** {@code vfu_log} with given variadic arguments. */
    FunctionDescriptor log(MemoryLayout... arguments) throws ReflectiveOperationException {
        Class<?> log = header.getClassLoader().loadClass(header.getName() + "$vfu_log");
        Object invoker = log.getMethod("makeInvoker", MemoryLayout[].class).invoke(null, (Object) arguments);
        return (FunctionDescriptor) log.getMethod("descriptor").invoke(invoker);
    }

    private static final class SecondDefinition extends ClassLoader {
        SecondDefinition() {
            super(GeneratedDescriptors.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("io.vfiouser.ffi.") && !name.equals(LibraryOfLoader.class.getName())) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : findClass(name);
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            try (InputStream in =
                    GeneratedDescriptors.class.getModule().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
