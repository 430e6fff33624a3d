package io.vfiouser.nvme.conformance;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Attaches a host before each test and detaches it afterwards. */
final class ConformanceExtension implements BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private static final ExtensionContext.Namespace STORE = ExtensionContext.Namespace.create(Conformance.class);

    @Override
    public void beforeEach(ExtensionContext context) {
        context.getStore(STORE)
                .put(
                        Conformance.class,
                        Conformance.attach(ConformanceServer.of(context).socket()));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Conformance conformance = context.getStore(STORE).remove(Conformance.class, Conformance.class);
        try {
            if (context.getExecutionException().isEmpty()) {
                conformance.assertNothingOwed();
            }
        } finally {
            conformance.close();
        }
        ConformanceServer.of(context).assertAlive();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Conformance.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(STORE).get(Conformance.class, Conformance.class);
    }
}
