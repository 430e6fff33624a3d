package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.BlockStatus;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.AsynchronousEvent;
import io.vfiouser.nvme.spec.CommandEffectsLog;
import io.vfiouser.nvme.spec.ControllerStatus;
import io.vfiouser.nvme.spec.ErrorLogEntry;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.FirmwareSlotLog;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.LogPageId;
import io.vfiouser.nvme.spec.NamespaceList;
import io.vfiouser.nvme.spec.NvmOpcode;
import io.vfiouser.nvme.spec.SmartLog;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.testing.HeldBlockDevice;
import io.vfiouser.nvme.testing.HostCompletion;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Get Log Page, Asynchronous Event Request, Abort. */
class LogsAndEventsTest {
    private final HeldBlockDevice device = new HeldBlockDevice(1024).releaseAll();
    private final InMemoryGuest guest = InMemoryGuest.mapped(device);
    private final NvmeHost host = new NvmeHost(guest);

    @BeforeEach
    void enable() {
        host.enable();
    }

    @AfterEach
    void close() {
        guest.close();
    }

    private MemorySegment log(int page, int lengthBytes, boolean retain) {
        long buffer = host.allocate(1);
        host.admin()
                .execute(
                        (sq, at, cid) -> AdminCommand.getLogPage(sq, at, cid, -1, page, lengthBytes, retain, buffer, 0))
                .orThrow();
        return host.slice(buffer, lengthBytes);
    }

    private StatusCode logStatus(int nsid, long cdw10And11, long offset, int cdw14) {
        long buffer = host.allocate(1);
        return host.admin()
                .execute((sq, at, cid) -> {
                    SubmissionEntry.write(
                            sq, at, AdminOpcode.GET_LOG_PAGE, cid, nsid, buffer, 0, cdw10And11, (int) offset, (int)
                                    (offset >>> 32));
                    LittleEndian.putU32(sq, at + SubmissionEntry.CDW14, cdw14);
                })
                .status();
    }

    @Test
    void pagesThatAreNotThereAndOffsetsThatCannotBeAreRefused() {
        assertThat(logStatus(-1, 0xC0, 0, 0)).isEqualTo(StatusCode.INVALID_LOG_PAGE);
        assertThat(logStatus(-1, LogPageId.SMART_HEALTH, 2, 0)).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(logStatus(-1, LogPageId.SMART_HEALTH, 516, 0)).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(logStatus(-1, LogPageId.SMART_HEALTH, -4, 0)).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(logStatus(-1, LogPageId.SMART_HEALTH, 512, 0)).isEqualTo(StatusCode.SUCCESS);
        assertThat(logStatus(1, LogPageId.SMART_HEALTH, 0, 0)).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(logStatus(-1, LogPageId.SMART_HEALTH, 0, 1 << 23)).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(logStatus(-1, LogPageId.SMART_HEALTH | 0xFFFFL << 16 | 0xFFFFL << 32, 0, 0))
                .as("more than MDTS")
                .isEqualTo(StatusCode.INVALID_FIELD);
    }

    @Test
    void pagesOfTheControllerAreNotAskedForWithANamespaceNorEffectsOfOtherCommandSets() {
        for (int page : new int[] {0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x12}) {
            assertThat(logStatus(1, page, 0, 0)).isEqualTo(StatusCode.INVALID_FIELD);
            assertThat(newestError().parameterErrorLocation()).isEqualTo(SubmissionEntry.NSID);
            assertThat(logStatus(0, page, 0, 0)).isEqualTo(StatusCode.SUCCESS);
        }
        assertThat(logStatus(-1, LogPageId.COMMANDS_SUPPORTED_AND_EFFECTS, 0, 2 << 24))
                .isEqualTo(StatusCode.IO_COMMAND_SET_NOT_SUPPORTED);
        assertThat(newestError().parameterErrorLocation()).isEqualTo(SubmissionEntry.CDW14 + 3);
        assertThat(logStatus(-1, LogPageId.SMART_HEALTH, 0, 2 << 24 | 0x7F))
                .as("no command set and no UUID belong to this page")
                .isEqualTo(StatusCode.SUCCESS);
        assertThat(logStatus(-1, LogPageId.SMART_HEALTH | 0x7F << 8 | 0xFFFFL << 48, 0, 0))
                .as("LSP and LSI are ignored")
                .isEqualTo(StatusCode.SUCCESS);
    }

    private ErrorLogEntry newestError() {
        return ErrorLogEntry.read(log(LogPageId.ERROR_INFORMATION, 64, true), 0);
    }

    private void configureEvents(int bits) {
        host.admin()
                .execute((sq, at, cid) -> AdminCommand.setFeatures(
                        sq, at, cid, 0, FeatureId.ASYNCHRONOUS_EVENT_CONFIGURATION, bits, 0, 0))
                .orThrow();
    }

    @Test
    void aWriteThatABackEndFailsMakesTheSubsystemUnreliable() {
        configureEvents(SmartLog.WARNING_RELIABILITY);
        host.admin().submit(AdminCommand::asynchronousEventRequest);
        HostQueue queue = host.createQueues(1, 16);
        device.outcome(BlockStatus.WRITE_ERROR);
        assertThat(queue.execute((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1))
                        .status())
                .isEqualTo(StatusCode.WRITE_FAULT);
        assertThat(AsynchronousEvent.of((int) host.admin().reap().result()))
                .isEqualTo(AsynchronousEvent.SUBSYSTEM_RELIABILITY);
        SmartLog smart = new SmartLog(log(LogPageId.SMART_HEALTH, 512, false));
        assertThat(smart.u8(SmartLog.CRITICAL_WARNING)).isEqualTo(SmartLog.WARNING_RELIABILITY);
        assertThat(smart.counter(SmartLog.MEDIA_ERRORS)).isOne();
        host.admin().submit(AdminCommand::asynchronousEventRequest);
        guest.settle();
        assertThat(host.admin().peek()).as("told once").isEmpty();
    }

    @Test
    void anInternalErrorIsReportedAsTransient() {
        host.admin().submit(AdminCommand::asynchronousEventRequest);
        HostQueue queue = host.createQueues(1, 16);
        device.outcome(BlockStatus.INTERNAL_ERROR);
        assertThat(queue.execute((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1))
                        .status())
                .isEqualTo(StatusCode.INTERNAL_ERROR);
        assertThat(AsynchronousEvent.of((int) host.admin().reap().result()))
                .isEqualTo(AsynchronousEvent.TRANSIENT_INTERNAL_ERROR);
    }

    @Test
    void aFaultThatStopsTheControllerIsReportedAsPersistent() {
        host.admin().submit(AdminCommand::asynchronousEventRequest);
        guest.settle();
        guest.breakNextPass();
        assertThat(AsynchronousEvent.of((int) host.admin().reap().result()))
                .isEqualTo(AsynchronousEvent.PERSISTENT_INTERNAL_ERROR);
        assertThat(ControllerStatus.fatal(host.status())).isTrue();
        host.disable();
        host.enable();
        assertThat(ControllerStatus.fatal(host.status())).isFalse();
    }

    @Test
    void anEventThatTheHostTurnsOffWhileItWaitsIsNotReported() {
        configureEvents(1 << 8);
        device.resize(512);
        guest.settle();
        configureEvents(0);
        host.admin().submit(AdminCommand::asynchronousEventRequest);
        guest.settle();
        assertThat(host.admin().peek()).isEmpty();
        configureEvents(1 << 8);
        guest.settle();
        assertThat(host.admin().peek()).isEmpty();
    }

    @Test
    void eventsThatNobodyReadsAreKeptOncePerKind() {
        AsynchronousEvents events = new AsynchronousEvents();
        events.configure(-1);
        for (int i = 0; i < 10_000; i++) {
            events.raise(AsynchronousEvent.NAMESPACE_ATTRIBUTE_CHANGED);
            events.raise(AsynchronousEvent.INVALID_DOORBELL_VALUE);
        }
        int delivered = 0;
        for (int i = 0; i < 5; i++) {
            assertThat(events.request(i)).isTrue();
            events.logPageRead(LogPageId.ERROR_INFORMATION);
            events.logPageRead(LogPageId.CHANGED_NAMESPACES);
            while (events.pending()) {
                events.next();
                delivered++;
            }
        }
        assertThat(delivered).isEqualTo(2);
    }

    @Test
    void theHealthPageCountsHoursAndBusyMinutesAcrossResets() {
        HostQueue queue = host.createQueues(1, 16);
        long buffer = host.allocate(1);
        for (int i = 0; i < 130; i++) {
            queue.execute((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, 0, 8, buffer, 0))
                    .orThrow();
            guest.elapse(Duration.ofSeconds(1));
            guest.progress();
        }
        guest.elapse(Duration.ofHours(3));
        host.disable();
        host.enable();
        SmartLog smart = new SmartLog(log(LogPageId.SMART_HEALTH, 512, false));
        assertThat(smart.counter(SmartLog.CONTROLLER_BUSY_TIME)).isEqualTo(2);
        assertThat(smart.counter(SmartLog.POWER_ON_HOURS)).isEqualTo(3);
        assertThat(smart.counter(SmartLog.HOST_READ_COMMANDS)).isEqualTo(130);
        assertThat(smart.u32(SmartLog.WARNING_TEMPERATURE_TIME)).isZero();
    }

    @Test
    void everySupportedPageCanBeRead() {
        MemorySegment supported = log(LogPageId.SUPPORTED_LOG_PAGES, 1024, false);
        int count = 0;
        for (int page = 0; page < 256; page++) {
            if ((LittleEndian.i32(supported, page * 4L) & 1) != 0) {
                log(page, 512, false);
                count++;
            }
        }
        assertThat(count).isEqualTo(7);
    }

    @Test
    void theFirmwareAndEffectsPagesSayWhatThereIs() {
        MemorySegment firmware = log(LogPageId.FIRMWARE_SLOT, 512, false);
        assertThat(LittleEndian.u8(firmware, FirmwareSlotLog.AFI)).isOne();
        assertThat(LittleEndian.ascii(firmware, FirmwareSlotLog.FRS1, 8)).isEqualTo("0.1");

        MemorySegment effects = log(LogPageId.COMMANDS_SUPPORTED_AND_EFFECTS, 4096, false);
        assertThat(LittleEndian.i32(effects, CommandEffectsLog.admin(AdminOpcode.IDENTIFY)))
                .isEqualTo(CommandEffectsLog.CSUPP);
        assertThat(LittleEndian.i32(effects, CommandEffectsLog.io(NvmOpcode.WRITE)))
                .isEqualTo(CommandEffectsLog.CSUPP | CommandEffectsLog.LBCC);
        assertThat(LittleEndian.i32(effects, CommandEffectsLog.io(NvmOpcode.COPY)))
                .isZero();

        MemorySegment features = log(LogPageId.FEATURE_IDENTIFIERS_SUPPORTED_AND_EFFECTS, 1024, false);
        assertThat(LittleEndian.i32(features, FeatureId.TIMESTAMP * 4L) & 1).isOne();
        assertThat(LittleEndian.i32(features, FeatureId.HOST_MEMORY_BUFFER * 4L))
                .isZero();
    }

    @Test
    void smartCountsWhatWasReadAndWritten() {
        HostQueue queue = host.createQueues(1, 16);
        long buffer = host.allocate(1);
        for (int i = 0; i < 126; i++) {
            queue.execute((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, 0, 8, buffer, 0))
                    .orThrow();
        }
        queue.execute((sq, at, cid) -> IoCommand.write(sq, at, cid, 1, 0, 8, 0, buffer, 0))
                .orThrow();
        SmartLog smart = new SmartLog(log(LogPageId.SMART_HEALTH, 512, false));
        assertThat(smart.counter(SmartLog.HOST_READ_COMMANDS)).isEqualTo(126);
        assertThat(smart.counter(SmartLog.DATA_UNITS_READ)).isEqualTo(2);
        assertThat(smart.counter(SmartLog.HOST_WRITE_COMMANDS)).isOne();
        assertThat(smart.counter(SmartLog.DATA_UNITS_WRITTEN)).isOne();
        assertThat(smart.counter(SmartLog.POWER_CYCLES)).isOne();
        assertThat(smart.compositeTemperatureKelvin()).isBetween(280, 330);
        assertThat(smart.u8(SmartLog.CRITICAL_WARNING)).isZero();
    }

    @Test
    void failedCommandsAreInTheErrorLogWithThePlaceOfTheError() {
        HostQueue queue = host.createQueues(1, 16);
        HostCompletion completion =
                queue.execute((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, 5000, 8, host.allocate(1), 0));
        assertThat(completion.statusField() & StatusCode.MORE).isNotZero();
        assertThat(completion.statusField() & StatusCode.DNR).isNotZero();

        MemorySegment log = log(LogPageId.ERROR_INFORMATION, 4096, false);
        ErrorLogEntry entry = ErrorLogEntry.read(log, 0);
        assertThat(entry.errorCount()).isOne();
        assertThat(entry.submissionQueueId()).isOne();
        assertThat(entry.commandId()).isEqualTo(completion.commandId());
        assertThat(StatusCode.of(entry.statusField())).contains(StatusCode.LBA_OUT_OF_RANGE);
        assertThat(entry.parameterErrorLocation()).isEqualTo(SubmissionEntry.CDW10);
        assertThat(entry.namespaceId()).isOne();
        assertThat(ErrorLogEntry.read(log, 64).errorCount()).isZero();
        for (int i = 0; i < 100; i++) {
            queue.execute((sq, at, cid) -> IoCommand.flush(sq, at, cid, 77));
        }
        log = log(LogPageId.ERROR_INFORMATION, 4096, false);
        assertThat(ErrorLogEntry.read(log, 0).errorCount()).isEqualTo(101);
        assertThat(ErrorLogEntry.read(log, 63 * 64).errorCount()).isEqualTo(38);
    }

    @Test
    void aResizedNamespaceIsAnnouncedOnceUntilItsLogIsRead() {
        host.admin()
                .execute((sq, at, cid) -> AdminCommand.setFeatures(
                        sq, at, cid, 0, FeatureId.ASYNCHRONOUS_EVENT_CONFIGURATION, 1 << 8, 0, 0))
                .orThrow();
        host.admin().submit(AdminCommand::asynchronousEventRequest);
        host.admin().submit(AdminCommand::asynchronousEventRequest);
        guest.settle();
        assertThat(host.admin().peek()).isEmpty();

        device.resize(512);
        assertThat(AsynchronousEvent.of((int) host.admin().reap().result()))
                .isEqualTo(AsynchronousEvent.NAMESPACE_ATTRIBUTE_CHANGED);
        device.resize(256);
        guest.settle();
        assertThat(host.admin().peek()).as("masked until the log page is read").isEmpty();

        assertThat(NamespaceList.read(log(LogPageId.CHANGED_NAMESPACES, 4096, true)))
                .containsExactly(1);
        guest.settle();
        assertThat(host.admin().peek()).as("retained").isEmpty();

        long buffer = host.allocate(1);
        host.admin()
                .submit((sq, at, cid) ->
                        AdminCommand.getLogPage(sq, at, cid, -1, LogPageId.CHANGED_NAMESPACES, 4096, false, buffer, 0));
        List<HostCompletion> both = host.admin().reap(2);
        assertThat(AsynchronousEvent.of((int) both.get(1).result()))
                .isEqualTo(AsynchronousEvent.NAMESPACE_ATTRIBUTE_CHANGED);
        assertThat(NamespaceList.read(log(LogPageId.CHANGED_NAMESPACES, 4096, false)))
                .isEmpty();
    }

    @Test
    void eventsThatTheHostDidNotAskForAreNotReported() {
        host.admin().submit(AdminCommand::asynchronousEventRequest);
        device.resize(512);
        guest.settle();
        assertThat(host.admin().peek()).isEmpty();
    }

    @Test
    void aThresholdBelowTheTemperatureWarns() {
        host.admin().submit(AdminCommand::asynchronousEventRequest);
        host.admin()
                .submit((sq, at, cid) -> AdminCommand.setFeatures(
                        sq, at, cid, 0, FeatureId.ASYNCHRONOUS_EVENT_CONFIGURATION, 1 << 1, 0, 0));
        host.admin().reap().orThrow();
        host.admin()
                .submit((sq, at, cid) ->
                        AdminCommand.setFeatures(sq, at, cid, 0, FeatureId.TEMPERATURE_THRESHOLD, 300, 0, 0));
        List<HostCompletion> both = host.admin().reap(2);
        assertThat(AsynchronousEvent.of((int) both.get(1).result())).isEqualTo(AsynchronousEvent.TEMPERATURE_THRESHOLD);
        SmartLog smart = new SmartLog(log(LogPageId.SMART_HEALTH, 512, false));
        assertThat(smart.u8(SmartLog.CRITICAL_WARNING)).isEqualTo(2);
    }

    @Test
    void moreRequestsThanTheLimitAreRefused() {
        for (int i = 0; i < AsynchronousEvents.LIMIT; i++) {
            host.admin().submit(AdminCommand::asynchronousEventRequest);
        }
        guest.settle();
        assertThat(host.admin().peek()).isEmpty();
        assertThat(host.admin().execute(AdminCommand::asynchronousEventRequest).status())
                .isEqualTo(StatusCode.ASYNCHRONOUS_EVENT_REQUEST_LIMIT_EXCEEDED);
    }

    @Test
    void abortTakesAnEventRequestBackAndSaysSoOfOthers() {
        int request = host.admin().submit(AdminCommand::asynchronousEventRequest);
        int abort = host.admin().submit((sq, at, cid) -> AdminCommand.abort(sq, at, cid, 0, request));
        List<HostCompletion> both = host.admin().reap(2);
        HostCompletion answer =
                both.stream().filter(c -> c.commandId() == abort).findFirst().orElseThrow();
        HostCompletion aborted =
                both.stream().filter(c -> c.commandId() == request).findFirst().orElseThrow();
        assertThat(answer.orThrow().result()).isZero();
        assertThat(aborted.status()).isEqualTo(StatusCode.COMMAND_ABORT_REQUESTED);

        assertThat(host.admin()
                        .execute((sq, at, cid) -> AdminCommand.abort(sq, at, cid, 0, request))
                        .orThrow()
                        .result())
                .isOne();
        assertThat(host.admin()
                        .execute((sq, at, cid) -> AdminCommand.abort(sq, at, cid, 5, 1))
                        .status())
                .isEqualTo(StatusCode.INVALID_FIELD);
    }

    @Test
    void adminOpcodesThatAreNotSupportedAreRefused() {
        MemorySegment effects = log(LogPageId.COMMANDS_SUPPORTED_AND_EFFECTS, 4096, false);
        for (int opcode = 0; opcode < 256; opcode++) {
            if ((LittleEndian.i32(effects, CommandEffectsLog.admin(opcode)) & CommandEffectsLog.CSUPP) == 0) {
                int unknown = opcode;
                assertThat(host.admin()
                                .execute((sq, at, cid) -> SubmissionEntry.write(sq, at, unknown, cid, 0, 0, 0, 0, 0, 0))
                                .status())
                        .isEqualTo(StatusCode.INVALID_OPCODE);
            }
        }
    }
}
