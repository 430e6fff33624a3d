package io.vfiouser.server;

import java.util.List;

/**
 * The transitions a device goes through from one state to another: the shortest way along the arcs that
 * {@link MigrationHandler} names. Version 1 has arcs of its own, which are taken apart here; version 2 of the library does that itself.
 */
final class MigrationPath {
    private MigrationPath() {}

    /** The states to enter one after the other, the last being the target; empty if it is there already. */
    static List<MigrationState> between(MigrationState from, MigrationState to) {
        if (from == to) {
            return List.of();
        }
        return switch (from) {
            case RUNNING ->
                switch (to) {
                    case STOP_AND_COPY -> List.of(MigrationState.STOP, MigrationState.STOP_AND_COPY);
                    case RESUME -> List.of(MigrationState.STOP, MigrationState.RESUME);
                    default -> List.of(to);
                };
            case PRE_COPY ->
                switch (to) {
                    case STOP -> List.of(MigrationState.RUNNING, MigrationState.STOP);
                    case RESUME -> List.of(MigrationState.RUNNING, MigrationState.STOP, MigrationState.RESUME);
                    default -> List.of(to);
                };
            case STOP -> to == MigrationState.PRE_COPY ? List.of(MigrationState.RUNNING, to) : List.of(to);
            case STOP_AND_COPY, RESUME ->
                switch (to) {
                    case STOP -> List.of(to);
                    case PRE_COPY -> List.of(MigrationState.STOP, MigrationState.RUNNING, MigrationState.PRE_COPY);
                    default -> List.of(MigrationState.STOP, to);
                };
        };
    }
}
