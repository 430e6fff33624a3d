/**
 * The one place that knows that libvfio-user has several binary interfaces: finding and loading a library, telling its
 * level (0.1, 0.2a, 0.2b), and calling it. Nothing above this package sees a level or a generated binding.
 */
@NullMarked
package io.vfiouser.abi;

import org.jspecify.annotations.NullMarked;
