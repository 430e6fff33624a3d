package io.vfiouser.abi;

/** Loads a library into the class loader that defined this class. */
final class LibraryOfLoader {
    private LibraryOfLoader() {}

    static void load(String file) {
        System.load(file);
    }
}
