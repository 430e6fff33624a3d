package io.vfiouser.nvme.endurance;

import io.vfiouser.client.MigrationClient;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.mover.MoveStep;
import io.vfiouser.mover.StepListener;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Takes the last part of the stream in the mover's place and passes on something else. */
final class SpoiltStream implements StepListener {
    private static final int PIECE_BYTES = 64 << 10;

    private final JournalledGuest guest;
    private final Path destination;
    private final UnaryOperator<byte[]> spoil;
    private Optional<VfioUserClient> connected = Optional.empty();
    private boolean spoilt;

    SpoiltStream(JournalledGuest guest, Path destination, UnaryOperator<byte[]> spoil) {
        this.guest = guest;
        this.destination = destination;
        this.spoil = spoil;
    }

    /** What the mover has to connect with. */
    VfioUserClient connect() {
        VfioUserClient client = VfioUserClient.connect(destination);
        connected = Optional.of(client);
        return client;
    }

    boolean spoilt() {
        return spoilt;
    }

    @Override
    public void before(MoveStep step) {
        if (step != MoveStep.LAST_STREAM) {
            return;
        }
        byte[] wrong = spoil.apply(readStream());
        spoilt = true;
        connected.orElseThrow().migration().write(MemorySegment.ofArray(wrong));
    }

    private byte[] readStream() {
        MigrationClient from = guest.migration();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        MemorySegment piece = MemorySegment.ofArray(new byte[PIECE_BYTES]);
        for (int count = from.read(piece); count > 0; count = from.read(piece)) {
            all.writeBytes(piece.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE));
        }
        return all.toByteArray();
    }
}
