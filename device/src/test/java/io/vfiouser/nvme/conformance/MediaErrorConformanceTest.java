package io.vfiouser.nvme.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.endurance.ServerProcess;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.LogPageId;
import io.vfiouser.nvme.spec.SmartLog;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands that fail at the medium: the file behind a namespace has become shorter. Base 2.1, section 5.1.12.1.2. */
@Timeout(60)
class MediaErrorConformanceTest {
    private static final int BLOCKS = 4096;
    private static final int LEFT = 1000;

    @TempDir
    private Path folder;

    private ServerProcess server;
    private Conformance c;

    @BeforeEach
    void shortenTheFileOfAServer() throws Exception {
        Path image = SharedServer.image(folder, (long) BLOCKS * TestedNamespace.BLOCK_BYTES);
        server = ServerProcess.listening(folder.resolve("s"), "--file", image.toString());
        c = Conformance.attach(folder.resolve("s"));
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength((long) LEFT * TestedNamespace.BLOCK_BYTES);
        }
    }

    @AfterEach
    void end() {
        try {
            assertThat(server.isAlive()).isTrue();
            c.close();
        } finally {
            server.close();
        }
    }

    private NvmeCommand read(long lba, int blocks) {
        return NvmeCommand.read(1, lba, blocks, c.buffer(), 0, (long) blocks * TestedNamespace.BLOCK_BYTES);
    }

    @Test
    void theErrorLogNamesTheFirstBlockThatFailed() {
        c.io(read(LEFT - 4, 8)).failed(StatusCode.UNRECOVERED_READ_ERROR, LEFT).nowhere();
        c.io(read(LEFT + 50, 1))
                .failed(StatusCode.UNRECOVERED_READ_ERROR, LEFT + 50)
                .nowhere();
        c.io(read(LEFT - 8, 8)).succeeds();
        assertThat(LittleEndian.i64(c.logPage(LogPageId.SMART_HEALTH, SmartLog.LENGTH_BYTES), SmartLog.MEDIA_ERRORS))
                .isEqualTo(2);
    }

    @Test
    void aCommandThatIsRefusedAfterwardsNamesNoBlock() {
        for (int i = 0; i < 20; i++) {
            c.io(read(LEFT, 1)).failed(StatusCode.UNRECOVERED_READ_ERROR, LEFT).nowhere();
            c.io(read(BLOCKS, 1)).refused(StatusCode.LBA_OUT_OF_RANGE).at(SubmissionEntry.CDW10);
        }
    }
}
