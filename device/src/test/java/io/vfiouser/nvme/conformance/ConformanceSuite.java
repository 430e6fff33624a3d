package io.vfiouser.nvme.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A class of conformance tests, named after the command it tests: each test gets a {@link Conformance} of its own as a parameter. A new
 * command is one new class; whether it is supported, and with which variants, is asked of the effects log and of Identify.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ConformanceExtension.class)
@Timeout(60)
@interface ConformanceSuite {}
