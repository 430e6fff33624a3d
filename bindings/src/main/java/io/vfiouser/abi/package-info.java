/**
 * The one place that knows that libvfio-user has several binary interfaces: finding and loading a library, telling its
 * level (0.1, 0.2a, 0.2b), and calling it. Nothing above this package sees a generated binding, and who asks for a level does
 * so to choose a migration version or to report it.
 *
 * <h2>Loading</h2>
 *
 * {@link io.vfiouser.abi.VfioUserLibrary#load()} searches {@code -Dvfiouser.library}, the environment variable {@code
 * VFIO_USER_LIBRARY}, {@code META-INF/native/linux-x86_64/libvfio-user.so} in a jar, and the system's folders; {@link
 * io.vfiouser.abi.VfioUserLibrary#load(java.nio.file.Path)} takes a path. The first place that names a library decides. Then:
 *
 * <ol>
 *   <li>The file's ELF headers and symbol table are read. A file that is damaged, truncated, foreign or another library is
 *       refused before {@code dlopen} maps it (a truncated file can be a SIGBUS) or runs its constructors.
 *   <li>{@code dlopen} with all symbols resolved now and none of them global. Libraries are told apart by file, although all
 *       have one soname, so that several can serve in one process. What was used is never unloaded.
 *   <li>The level is determined: an override ({@code -Dvfiouser.abi} or an argument), the one symbol that only 0.1 exports, or
 *       a client that maps a page on a throw-away context. What fits no level is refused. {@code libvfio-user.properties}
 *       beside the library is compared and reported; a contradiction is a warning, since the file may be stale and the probe
 *       is not.
 * </ol>
 *
 * Every failure is one {@link io.vfiouser.abi.VfioUserLibraryException} whose message names cause and remedy.
 *
 * <h2>Calling</h2>
 *
 * {@link io.vfiouser.abi.NativeCalls} has a method per exported function and hides what differs. Handles exist once per C
 * shape, not per library and function; a test per level compares the shapes, the callbacks' too, with jextract's. Errors
 * come back as negative error numbers, captured in a segment per thread right after the call.
 *
 * <h2>Being called</h2>
 *
 * An exception that leaves an upcall ends the process, so {@link io.vfiouser.abi.Upcalls} makes stubs that let none out.
 * The ways in which a callback can still end it, and what stands against each:
 *
 * <table>
 *   <caption>How an upcall could end the JVM</caption>
 *   <tr><th>cause</th><th>guard</th></tr>
 *   <tr><td>the target throws, an {@code Error} too</td><td>the stub catches all, and all that reporting it throws</td></tr>
 *   <tr><td>memory went away under an access: the error is thrown at a later poll, possibly in the entry frame</td>
 *       <td>{@link io.vfiouser.os.MemoryFaults#deliver} inside the {@code try} block</td></tr>
 *   <tr><td>a stack that is exhausted in the target</td><td>caught, and EIO; not so if it is exhausted on entry already: the
 *       context's thread has a stack of its own, of which the library takes some tens of kilobytes</td></tr>
 *   <tr><td>an upcall out of a {@code critical} call</td><td>no {@code vfu_*} function is bound so, as each may log</td></tr>
 *   <tr><td>a stub whose arena is closed</td><td>the owner of a context destroys it first, then closes the arena</td></tr>
 *   <tr><td>a store into memory that the client mapped read-only, or beyond a mapping</td>
 *       <td>{@link io.vfiouser.abi.DmaInfo#protection} and length, checked by who accesses: a SIGSEGV cannot be caught</td></tr>
 *   <tr><td>an assertion of the library that a call from a callback or a bad argument trips</td>
 *       <td>{@link io.vfiouser.abi.NativeCalls} says where one is left, and {@code io.vfiouser.server} keeps away from it; what
 *       callbacks return is checked by the library, or here where it is not</td></tr>
 * </table>
 *
 * <h2>What it does not do</h2>
 *
 * It checks no context, no list and no pointer: these are the library's rules, and {@code io.vfiouser.server} keeps them. It
 * starts no thread.
 */
@NullMarked
package io.vfiouser.abi;

import org.jspecify.annotations.NullMarked;
