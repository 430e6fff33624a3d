/** How long the command line takes to start, with the AOT cache and without, and how much memory an idle server has. */
@NullMarked
package io.vfiouser.benchmarks.startup;

import org.jspecify.annotations.NullMarked;
