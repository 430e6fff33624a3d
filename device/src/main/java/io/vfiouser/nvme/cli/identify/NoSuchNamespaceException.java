package io.vfiouser.nvme.cli.identify;

import java.util.List;

/** A namespace was named that the controller has not; the message says which it has. */
public final class NoSuchNamespaceException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NoSuchNamespaceException(int id, List<Integer> active) {
        super("there is no namespace " + Integer.toUnsignedString(id) + ": the controller has "
                + active.stream().map(Integer::toUnsignedString).toList());
    }
}
