package io.vfiouser.nvme;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.vfiouser.os.MemoryFaults;

/** The order of the packages of this module: cli → driver, root → controller → migration → subsystem, memory → block, spec. */
@AnalyzeClasses(packages = "io.vfiouser.nvme", importOptions = DoNotIncludeTests.class)
class PackageOrderTest {
    private static final String ROOT = "io.vfiouser.nvme";

    private static ArchRule mayNotKnow(String below, String... above) {
        return noClasses()
                .that()
                .resideInAPackage(below)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(above);
    }

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.vfiouser.nvme.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule wireFormatsKnowNobody = mayNotKnow(
            ROOT + ".spec..",
            ROOT,
            ROOT + ".block..",
            ROOT + ".memory..",
            ROOT + ".controller..",
            ROOT + ".driver..",
            ROOT + ".cli..",
            "io.vfiouser.server..",
            "io.vfiouser.client..",
            "io.vfiouser.os..");

    @ArchTest
    static final ArchRule backEndsKnowNeitherNvmeNorVfioUser = mayNotKnow(
            ROOT + ".block..",
            ROOT,
            ROOT + ".spec..",
            ROOT + ".memory..",
            ROOT + ".controller..",
            ROOT + ".driver..",
            ROOT + ".cli..",
            "io.vfiouser.server..",
            "io.vfiouser.client..");

    @ArchTest
    static final ArchRule theSubsystemKnowsNoQueuesOrCommands = mayNotKnow(
            ROOT + ".subsystem..",
            ROOT,
            ROOT + ".memory..",
            ROOT + ".controller..",
            ROOT + ".driver..",
            ROOT + ".cli..",
            "io.vfiouser.server..",
            "io.vfiouser.client..");

    @ArchTest
    static final ArchRule guestMemoryKnowsNoQueuesOrCommands =
            mayNotKnow(ROOT + ".memory..", ROOT, ROOT + ".controller..", ROOT + ".driver..", ROOT + ".cli..");

    @ArchTest
    static final ArchRule whatMovesIsDataAndKnowsNoQueues = mayNotKnow(
            ROOT + ".migration..",
            ROOT,
            ROOT + ".controller..",
            ROOT + ".driver..",
            ROOT + ".cli..",
            "io.vfiouser.server..",
            "io.vfiouser.client..",
            "io.vfiouser.abi..");

    @ArchTest
    static final ArchRule theControllerCanBeSteppedWithoutTheLibrary = mayNotKnow(
            ROOT + ".controller..",
            ROOT,
            ROOT + ".driver..",
            ROOT + ".cli..",
            "io.vfiouser.server..",
            "io.vfiouser.client..",
            "io.vfiouser.abi..");

    /** Commands reach interrupts through {@code InterruptSink}, whose implementation is the transport's, and nothing else of the library. */
    @ArchTest
    static final ArchRule commandsCallNothingOfTheLibrary = noClasses()
            .that()
            .resideInAnyPackage(
                    ROOT + ".controller..",
                    ROOT + ".memory..",
                    ROOT + ".block..",
                    ROOT + ".spec..",
                    ROOT + ".subsystem..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.vfiouser.abi..", "io.vfiouser.server..", "io.vfiouser.client..", "io.vfiouser.ffi..");

    /** System calls are the back ends' business: what executes commands only asks whether guest memory is still there. */
    @ArchTest
    static final ArchRule commandsMakeNoSystemCalls = noClasses()
            .that()
            .resideInAnyPackage(ROOT + ".controller..", ROOT + ".memory..", ROOT + ".spec..")
            .should()
            .dependOnClassesThat(resideInAPackage("io.vfiouser.os..").and(not(type(MemoryFaults.class))));

    @ArchTest
    static final ArchRule theDriverIsAHostAndDoesNotKnowTheController = mayNotKnow(
            ROOT + ".driver..",
            ROOT,
            ROOT + ".controller..",
            ROOT + ".block..",
            ROOT + ".cli..",
            "io.vfiouser.server..",
            "io.vfiouser.abi..");

    @ArchTest
    static final ArchRule nobodyKnowsTheCommandLine = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".cli..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ROOT + ".cli..", "picocli..", "me.tongfei..");
}
