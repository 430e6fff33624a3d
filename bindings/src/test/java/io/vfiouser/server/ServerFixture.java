package io.vfiouser.server;

import io.vfiouser.abi.VfioUserLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** A device on a socket of its own, served by a {@link ContextRunner}'s thread, and gone when the test ends. */
final class ServerFixture implements AutoCloseable {
    static final VfioUserLibrary LIBRARY = VfioUserLibrary.load();

    private final Path folder;
    private final ContextRunner runner;

    private ServerFixture(Path folder, ContextRunner runner) {
        this.folder = folder;
        this.runner = runner;
    }

    /** A folder for sockets, with a path short enough for them. */
    static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("vfu");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ServerFixture start(UnaryOperator<DeviceContextBuilder> device) {
        Path folder = temporaryFolder();
        DeviceContext context = device.apply(
                        DeviceContext.builder(folder.resolve("s")).library(LIBRARY))
                .build();
        return new ServerFixture(folder, new ContextRunner(context).start());
    }

    DeviceContext context() {
        return runner.context();
    }

    ContextRunner runner() {
        return runner;
    }

    Path socket() {
        return runner.context().socketPath();
    }

    RawClient connect() {
        return RawClient.connect(socket());
    }

    /** Runs something on the context's thread and returns its result, or throws what it threw. */
    <T> T onContext(Function<DeviceContext, T> body) {
        AtomicReference<T> result = new AtomicReference<>();
        AtomicReference<RuntimeException> failure = new AtomicReference<>();
        CountDownLatch done = new CountDownLatch(1);
        runner.execute(() -> {
            try {
                result.set(body.apply(context()));
            } catch (RuntimeException e) {
                failure.set(e);
            } finally {
                done.countDown();
            }
        });
        try {
            done.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        if (failure.get() != null) {
            throw failure.get();
        }
        return result.get();
    }

    void runOnContext(Consumer<DeviceContext> body) {
        onContext(context -> {
            body.accept(context);
            return true;
        });
    }

    @Override
    public void close() {
        runner.close();
        try {
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
