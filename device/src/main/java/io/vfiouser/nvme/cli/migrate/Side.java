package io.vfiouser.nvme.cli.migrate;

import io.vfiouser.client.VfioUserClient;
import java.util.function.Supplier;

/**
 * A server that the device is moved from or to.
 *
 * @param name by what the user knows it
 * @param connect makes a connection
 */
public record Side(String name, Supplier<VfioUserClient> connect) {}
