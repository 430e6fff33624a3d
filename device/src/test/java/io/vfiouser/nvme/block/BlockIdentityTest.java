package io.vfiouser.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class BlockIdentityTest {
    @Test
    void aNameGivesTheSameIdentityInEveryRelease() {
        BlockIdentity identity = BlockIdentity.ofName("file:/images/disk.img");
        assertThat(identity).isEqualTo(BlockIdentity.ofName("file:/images/disk.img"));
        assertThat(identity).isNotEqualTo(BlockIdentity.ofName("file:/images/disk2.img"));
        assertThat(identity.uuid()).isEqualTo(UUID.fromString("39865cd1-d71c-8c61-973a-1453526e47bb"));
        assertThat(identity.uuid().version()).isEqualTo(8);
        assertThat(identity.uuid().variant()).isEqualTo(2);
    }

    @Test
    void derivedIdentifiersSayThatNobodyAssignedThem() {
        BlockIdentity identity = BlockIdentity.of(UUID.fromString("6c1a1f2e-2f0b-4b0e-9d7c-0f6f3a3b2c1d"));
        assertThat((identity.eui64() >>> 56) & 3).isEqualTo(2);
        assertThat((identity.nguidLow() >>> 56) & 3).isEqualTo(2);
        assertThat(identity).isEqualTo(BlockIdentity.of(identity.uuid()));
        assertThat(BlockIdentity.random()).isNotEqualTo(BlockIdentity.random());
    }

    @Test
    void refusesIdentifiersThatMeanNone() {
        UUID uuid = UUID.randomUUID();
        assertThatThrownBy(() -> new BlockIdentity(0, 1, 1, uuid)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BlockIdentity(1, 0, 0, uuid)).isInstanceOf(IllegalArgumentException.class);
    }
}
