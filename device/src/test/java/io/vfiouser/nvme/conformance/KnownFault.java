package io.vfiouser.nvme.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/**
 * The controller is known not to do what the test wants. A failed assertion then counts as skipped, with the reason; once the
 * controller is right the test simply passes and this annotation is to be removed.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(KnownFault.Handler.class)
public @interface KnownFault {
    /** Where the fault is and what is wrong. */
    String value();

    /** Turns the failure into a skip. */
    final class Handler implements TestExecutionExceptionHandler {
        @Override
        public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
            if (!(failure instanceof AssertionError)) {
                throw failure;
            }
            String reason = context.getRequiredTestMethod()
                    .getAnnotation(KnownFault.class)
                    .value();
            throw new TestAbortedException("known fault: " + reason + " (" + failure.getMessage() + ")", failure);
        }
    }
}
