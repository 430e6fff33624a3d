package io.vfiouser.nvme.cli.migrate;

/**
 * How many commands had completed at a moment.
 *
 * @param nanos since the run began
 * @param commands completed since the run began
 */
public record Sample(long nanos, long commands) {}
