package io.vfiouser.nvme.spec;

import static io.vfiouser.nvme.spec.StatusCodeType.COMMAND_SPECIFIC;
import static io.vfiouser.nvme.spec.StatusCodeType.GENERIC;
import static io.vfiouser.nvme.spec.StatusCodeType.MEDIA_AND_DATA_INTEGRITY;
import static io.vfiouser.nvme.spec.StatusCodeType.PATH_RELATED;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How a command ended. Base 2.1, sections 4.2.3.1 to 4.2.3.4; NVM Command Set 1.1, section 3.1.
 *
 * <p>Each constant knows whether this project's controller sets Do Not Retry with it: where the same command would fail the
 * same way again it does, where a retry may succeed it does not.
 */
public enum StatusCode {
    SUCCESS(GENERIC, 0x00, false),
    INVALID_OPCODE(GENERIC, 0x01, true),
    INVALID_FIELD(GENERIC, 0x02, true),
    COMMAND_ID_CONFLICT(GENERIC, 0x03, true),
    DATA_TRANSFER_ERROR(GENERIC, 0x04, false),
    ABORTED_POWER_LOSS(GENERIC, 0x05, false),
    INTERNAL_ERROR(GENERIC, 0x06, false),
    COMMAND_ABORT_REQUESTED(GENERIC, 0x07, false),
    ABORTED_SQ_DELETION(GENERIC, 0x08, false),
    ABORTED_FAILED_FUSED(GENERIC, 0x09, false),
    ABORTED_MISSING_FUSED(GENERIC, 0x0A, true),
    INVALID_NAMESPACE_OR_FORMAT(GENERIC, 0x0B, true),
    COMMAND_SEQUENCE_ERROR(GENERIC, 0x0C, true),
    INVALID_SGL_SEGMENT_DESCRIPTOR(GENERIC, 0x0D, true),
    INVALID_NUMBER_OF_SGL_DESCRIPTORS(GENERIC, 0x0E, true),
    DATA_SGL_LENGTH_INVALID(GENERIC, 0x0F, true),
    METADATA_SGL_LENGTH_INVALID(GENERIC, 0x10, true),
    SGL_DESCRIPTOR_TYPE_INVALID(GENERIC, 0x11, true),
    INVALID_USE_OF_CONTROLLER_MEMORY_BUFFER(GENERIC, 0x12, true),
    PRP_OFFSET_INVALID(GENERIC, 0x13, true),
    ATOMIC_WRITE_UNIT_EXCEEDED(GENERIC, 0x14, true),
    OPERATION_DENIED(GENERIC, 0x15, true),
    SGL_OFFSET_INVALID(GENERIC, 0x16, true),
    HOST_IDENTIFIER_INCONSISTENT_FORMAT(GENERIC, 0x18, true),
    KEEP_ALIVE_TIMER_EXPIRED(GENERIC, 0x19, true),
    KEEP_ALIVE_TIMEOUT_INVALID(GENERIC, 0x1A, true),
    ABORTED_PREEMPT_AND_ABORT(GENERIC, 0x1B, true),
    SANITIZE_FAILED(GENERIC, 0x1C, true),
    SANITIZE_IN_PROGRESS(GENERIC, 0x1D, false),
    SGL_DATA_BLOCK_GRANULARITY_INVALID(GENERIC, 0x1E, true),
    COMMAND_NOT_SUPPORTED_FOR_QUEUE_IN_CMB(GENERIC, 0x1F, true),
    NAMESPACE_IS_WRITE_PROTECTED(GENERIC, 0x20, true),
    COMMAND_INTERRUPTED(GENERIC, 0x21, false),
    TRANSIENT_TRANSPORT_ERROR(GENERIC, 0x22, false),
    COMMAND_PROHIBITED_BY_LOCKDOWN(GENERIC, 0x23, true),
    ADMIN_COMMAND_MEDIA_NOT_READY(GENERIC, 0x24, false),
    INVALID_KEY_TAG(GENERIC, 0x25, true),
    HOST_DISPERSED_NAMESPACE_SUPPORT_NOT_ENABLED(GENERIC, 0x26, true),
    HOST_IDENTIFIER_NOT_INITIALIZED(GENERIC, 0x27, true),
    INCORRECT_KEY(GENERIC, 0x28, true),
    FDP_DISABLED(GENERIC, 0x29, true),
    INVALID_PLACEMENT_HANDLE_LIST(GENERIC, 0x2A, true),
    LBA_OUT_OF_RANGE(GENERIC, 0x80, true),
    CAPACITY_EXCEEDED(GENERIC, 0x81, true),
    NAMESPACE_NOT_READY(GENERIC, 0x82, false),
    RESERVATION_CONFLICT(GENERIC, 0x83, true),
    FORMAT_IN_PROGRESS(GENERIC, 0x84, false),

    COMPLETION_QUEUE_INVALID(COMMAND_SPECIFIC, 0x00, true),
    INVALID_QUEUE_IDENTIFIER(COMMAND_SPECIFIC, 0x01, true),
    INVALID_QUEUE_SIZE(COMMAND_SPECIFIC, 0x02, true),
    ABORT_COMMAND_LIMIT_EXCEEDED(COMMAND_SPECIFIC, 0x03, false),
    ASYNCHRONOUS_EVENT_REQUEST_LIMIT_EXCEEDED(COMMAND_SPECIFIC, 0x05, true),
    INVALID_FIRMWARE_SLOT(COMMAND_SPECIFIC, 0x06, true),
    INVALID_FIRMWARE_IMAGE(COMMAND_SPECIFIC, 0x07, true),
    INVALID_INTERRUPT_VECTOR(COMMAND_SPECIFIC, 0x08, true),
    INVALID_LOG_PAGE(COMMAND_SPECIFIC, 0x09, true),
    INVALID_FORMAT(COMMAND_SPECIFIC, 0x0A, true),
    FIRMWARE_ACTIVATION_REQUIRES_CONVENTIONAL_RESET(COMMAND_SPECIFIC, 0x0B, true),
    INVALID_QUEUE_DELETION(COMMAND_SPECIFIC, 0x0C, true),
    FEATURE_IDENTIFIER_NOT_SAVEABLE(COMMAND_SPECIFIC, 0x0D, true),
    FEATURE_NOT_CHANGEABLE(COMMAND_SPECIFIC, 0x0E, true),
    FEATURE_NOT_NAMESPACE_SPECIFIC(COMMAND_SPECIFIC, 0x0F, true),
    FIRMWARE_ACTIVATION_REQUIRES_SUBSYSTEM_RESET(COMMAND_SPECIFIC, 0x10, true),
    FIRMWARE_ACTIVATION_REQUIRES_CONTROLLER_RESET(COMMAND_SPECIFIC, 0x11, true),
    FIRMWARE_ACTIVATION_REQUIRES_MAXIMUM_TIME_VIOLATION(COMMAND_SPECIFIC, 0x12, true),
    FIRMWARE_ACTIVATION_PROHIBITED(COMMAND_SPECIFIC, 0x13, true),
    OVERLAPPING_RANGE(COMMAND_SPECIFIC, 0x14, true),
    NAMESPACE_INSUFFICIENT_CAPACITY(COMMAND_SPECIFIC, 0x15, true),
    NAMESPACE_IDENTIFIER_UNAVAILABLE(COMMAND_SPECIFIC, 0x16, true),
    NAMESPACE_ALREADY_ATTACHED(COMMAND_SPECIFIC, 0x18, true),
    NAMESPACE_IS_PRIVATE(COMMAND_SPECIFIC, 0x19, true),
    NAMESPACE_NOT_ATTACHED(COMMAND_SPECIFIC, 0x1A, true),
    THIN_PROVISIONING_NOT_SUPPORTED(COMMAND_SPECIFIC, 0x1B, true),
    CONTROLLER_LIST_INVALID(COMMAND_SPECIFIC, 0x1C, true),
    SELF_TEST_IN_PROGRESS(COMMAND_SPECIFIC, 0x1D, false),
    BOOT_PARTITION_WRITE_PROHIBITED(COMMAND_SPECIFIC, 0x1E, true),
    INVALID_CONTROLLER_IDENTIFIER(COMMAND_SPECIFIC, 0x1F, true),
    INVALID_SECONDARY_CONTROLLER_STATE(COMMAND_SPECIFIC, 0x20, true),
    INVALID_NUMBER_OF_CONTROLLER_RESOURCES(COMMAND_SPECIFIC, 0x21, true),
    INVALID_RESOURCE_IDENTIFIER(COMMAND_SPECIFIC, 0x22, true),
    SANITIZE_PROHIBITED_BY_PMR(COMMAND_SPECIFIC, 0x23, true),
    ANA_GROUP_IDENTIFIER_INVALID(COMMAND_SPECIFIC, 0x24, true),
    ANA_ATTACH_FAILED(COMMAND_SPECIFIC, 0x25, false),
    INSUFFICIENT_CAPACITY(COMMAND_SPECIFIC, 0x26, true),
    NAMESPACE_ATTACHMENT_LIMIT_EXCEEDED(COMMAND_SPECIFIC, 0x27, true),
    PROHIBITION_OF_COMMAND_EXECUTION_NOT_SUPPORTED(COMMAND_SPECIFIC, 0x28, true),
    IO_COMMAND_SET_NOT_SUPPORTED(COMMAND_SPECIFIC, 0x29, true),
    IO_COMMAND_SET_NOT_ENABLED(COMMAND_SPECIFIC, 0x2A, true),
    IO_COMMAND_SET_COMBINATION_REJECTED(COMMAND_SPECIFIC, 0x2B, true),
    INVALID_IO_COMMAND_SET(COMMAND_SPECIFIC, 0x2C, true),
    IDENTIFIER_UNAVAILABLE(COMMAND_SPECIFIC, 0x2D, true),
    CONFLICTING_ATTRIBUTES(COMMAND_SPECIFIC, 0x80, true),
    INVALID_PROTECTION_INFORMATION(COMMAND_SPECIFIC, 0x81, true),
    ATTEMPTED_WRITE_TO_READ_ONLY_RANGE(COMMAND_SPECIFIC, 0x82, true),
    COMMAND_SIZE_LIMIT_EXCEEDED(COMMAND_SPECIFIC, 0x83, true),
    INCOMPATIBLE_NAMESPACE_OR_FORMAT(COMMAND_SPECIFIC, 0x85, true),
    FAST_COPY_NOT_POSSIBLE(COMMAND_SPECIFIC, 0x86, true),
    OVERLAPPING_IO_RANGE(COMMAND_SPECIFIC, 0x87, true),
    INSUFFICIENT_RESOURCES(COMMAND_SPECIFIC, 0x89, false),

    WRITE_FAULT(MEDIA_AND_DATA_INTEGRITY, 0x80, false),
    UNRECOVERED_READ_ERROR(MEDIA_AND_DATA_INTEGRITY, 0x81, false),
    END_TO_END_GUARD_CHECK_ERROR(MEDIA_AND_DATA_INTEGRITY, 0x82, true),
    END_TO_END_APPLICATION_TAG_CHECK_ERROR(MEDIA_AND_DATA_INTEGRITY, 0x83, true),
    END_TO_END_REFERENCE_TAG_CHECK_ERROR(MEDIA_AND_DATA_INTEGRITY, 0x84, true),
    COMPARE_FAILURE(MEDIA_AND_DATA_INTEGRITY, 0x85, true),
    ACCESS_DENIED(MEDIA_AND_DATA_INTEGRITY, 0x86, true),
    DEALLOCATED_OR_UNWRITTEN_LOGICAL_BLOCK(MEDIA_AND_DATA_INTEGRITY, 0x87, true),
    END_TO_END_STORAGE_TAG_CHECK_ERROR(MEDIA_AND_DATA_INTEGRITY, 0x88, true),

    INTERNAL_PATH_ERROR(PATH_RELATED, 0x00, false),
    ASYMMETRIC_ACCESS_PERSISTENT_LOSS(PATH_RELATED, 0x01, true),
    ASYMMETRIC_ACCESS_INACCESSIBLE(PATH_RELATED, 0x02, false),
    ASYMMETRIC_ACCESS_TRANSITION(PATH_RELATED, 0x03, false),
    CONTROLLER_PATHING_ERROR(PATH_RELATED, 0x60, false),
    HOST_PATHING_ERROR(PATH_RELATED, 0x70, false),
    COMMAND_ABORTED_BY_HOST(PATH_RELATED, 0x71, false);

    /** Do Not Retry, in the status field without the phase tag. */
    public static final int DNR = 1 << 14;
    /** More: the error log has more about it. */
    public static final int MORE = 1 << 13;

    private static final int TYPE_AND_CODE = 0x7FF;
    private static final Map<Integer, StatusCode> BY_TYPE_AND_CODE = new HashMap<>();

    static {
        for (StatusCode status : values()) {
            BY_TYPE_AND_CODE.put(status.field & TYPE_AND_CODE, status);
        }
    }

    private final StatusCodeType type;
    private final int code;
    private final int field;

    StatusCode(StatusCodeType type, int code, boolean doNotRetry) {
        this.type = type;
        this.code = code;
        this.field = code | type.value() << 8 | (doNotRetry ? 1 << 14 : 0);
    }

    public StatusCodeType type() {
        return type;
    }

    /** Status Code, 8 bits. */
    public int code() {
        return code;
    }

    /** Whether this controller asks the host not to send the command again. */
    public boolean doNotRetry() {
        return (field & DNR) != 0;
    }

    /** The 15 bits of a completion's status: SC 7:0, SCT 10:8, CRD 12:11, M 13, DNR 14. The phase tag is not among them. */
    public int field() {
        return field;
    }

    public boolean isSuccess() {
        return this == SUCCESS;
    }

    /** The status a field names, whatever its CRD, M and DNR bits; empty for a code that is not listed here. */
    public static Optional<StatusCode> of(int field) {
        return Optional.ofNullable(BY_TYPE_AND_CODE.get(field & TYPE_AND_CODE));
    }

    /** One line for people: "INVALID_FIELD (SCT 0h, SC 02h, DNR)". */
    public static String describe(int field) {
        String name = of(field).map(StatusCode::name).orElse("unknown status");
        return "%s (SCT %Xh, SC %02Xh%s)"
                .formatted(name, field >>> 8 & 0x7, field & 0xFF, (field & DNR) != 0 ? ", DNR" : "");
    }
}
