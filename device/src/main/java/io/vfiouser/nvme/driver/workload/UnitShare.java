package io.vfiouser.nvme.driver.workload;

/**
 * The units that one queue has to itself: every {@code queues}-th from its own index on, so that no two threads touch the same
 * block and yet all are spread over the whole span.
 *
 * @param queue index from 0
 * @param queues all of them
 * @param units of all queues
 */
record UnitShare(int queue, int queues, int units) {

    int size() {
        return (units - queue + queues - 1) / queues;
    }

    /** The unit with that index among this share's. */
    int unit(int index) {
        return index * queues + queue;
    }
}
