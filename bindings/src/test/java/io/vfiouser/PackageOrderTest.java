package io.vfiouser;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The order of the packages of this module: dependencies point down only. */
@AnalyzeClasses(packages = "io.vfiouser", importOptions = DoNotIncludeTests.class)
class PackageOrderTest {
    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.vfiouser.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule onlyAbiKnowsThatLibraryLevelsDiffer = noClasses()
            .that()
            .resideOutsideOfPackages("io.vfiouser.abi..", "io.vfiouser.ffi..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.vfiouser.ffi.v01..", "io.vfiouser.ffi.v02a..", "io.vfiouser.ffi.v02b..");

    @ArchTest
    static final ArchRule onlyOsCallsTheOperatingSystem = noClasses()
            .that()
            .resideOutsideOfPackages("io.vfiouser.os..", "io.vfiouser.ffi..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.vfiouser.ffi.posix..");

    @ArchTest
    static final ArchRule theOperatingSystemPackageKnowsNobody = noClasses()
            .that()
            .resideInAPackage("io.vfiouser.os..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.vfiouser.abi..", "io.vfiouser.client..", "io.vfiouser.server..");

    @ArchTest
    static final ArchRule theClientNeedsNoNativeLibraryButLibc = noClasses()
            .that()
            .resideInAPackage("io.vfiouser.client..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.vfiouser.abi..", "io.vfiouser.server..", "io.vfiouser.ffi.v0..");

    @ArchTest
    static final ArchRule theMoverNeedsTheClientAndTheOperatingSystemOnly = noClasses()
            .that()
            .resideInAPackage("io.vfiouser.mover..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.vfiouser.abi..", "io.vfiouser.server..", "io.vfiouser.ffi..");

    @ArchTest
    static final ArchRule nobodyInThisModuleDependsOnTheMover = noClasses()
            .that()
            .resideOutsideOfPackage("io.vfiouser.mover..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.vfiouser.mover..");

    @ArchTest
    static final ArchRule theServerDoesNotKnowTheClient = noClasses()
            .that()
            .resideInAnyPackage("io.vfiouser.server..", "io.vfiouser.abi..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.vfiouser.client..");

    @ArchTest
    static final ArchRule theBindingsKnowNoNvme = noClasses()
            .that()
            .resideInAPackage("io.vfiouser..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.vfiouser.nvme..");
}
