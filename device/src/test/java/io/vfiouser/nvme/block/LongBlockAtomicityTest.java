package io.vfiouser.nvme.block;

import java.time.Duration;
import org.junit.jupiter.api.Tag;

/** The same for longer. */
@Tag("soak")
class LongBlockAtomicityTest extends BlockAtomicityTest {
    @Override
    Duration each() {
        return Duration.ofSeconds(4);
    }
}
