"""Maven and Gradle: the build tool runs JUnit, and its XML for each class is read."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tdd_action.sandbox import ProcessOutcome
from tdd_action.suites.recorded import read_record, recorded
from tdd_action.suites.suite import SuiteCommand
from tdd_action.suites.surefire import read_surefire
from tdd_orchestrator.core import test_places
from tdd_orchestrator.core.evidence.reports import SuiteReport

# A virtual machine reserves more address space than it uses; these keep two of them under the sandbox's limit.
SMALL = (
    "-XX:+UseSerialGC -XX:ReservedCodeCacheSize=96m -XX:CompressedClassSpaceSize=128m -Xmx1g -XX:TieredStopAtLevel=1"
)
RANDOM_METHODS = "-Djunit.jupiter.testmethod.order.default=org.junit.jupiter.api.MethodOrderer$Random"


def _home() -> Path:
    return Path(os.environ.get("HOME", "/"))


def _maven(names: list[str], seed: int | None) -> list[str]:
    words = ["mvn", "-o", "-B", "-fae", "-Dstyle.color=never", "-Dsurefire.failIfNoSpecifiedTests=false"]
    words += [f"-Dmaven.repo.local={_home() / '.m2' / 'repository'}", "-Dmaven.test.failure.ignore=false"]
    if names:
        words.append(f"-Dtest={','.join(names)}")
    if seed is not None:
        words += ["-Dsurefire.runOrder=random", f"-Dsurefire.runOrder.random.seed={seed}", RANDOM_METHODS]
        words.append(f"-Djunit.jupiter.execution.order.random.seed={seed}")
    return [*words, "test"]


def _gradle(names: list[str], seed: int | None) -> list[str]:
    selected = [word for each in names for word in ("--tests", each.replace("#", "."))]
    options = ["--offline", "--no-daemon", "--continue", "--console=plain", "--rerun-tasks"]
    return ["gradle", *options, f"-Dorg.gradle.project.tddSeed={seed or 0}", "test", *selected]


@dataclass(frozen=True, slots=True)
class JavaSuite:
    """One build tool: its command, and where it leaves its reports."""

    name: str
    reports: str
    words: Callable[[list[str], int | None], list[str]]

    def command(
        self, root: Path, tests: tuple[str, ...] | None, scratch: Path, *, shuffle_seed: int | None = None
    ) -> SuiteCommand:
        """One run. With Maven the seed shuffles classes and JUnit 5's methods; Gradle keeps its order."""
        names = sorted({_class(test) for test in tests or ()})
        wrapper = root / ("mvnw" if self.name == "maven" else "gradlew")
        words = self.words(names, shuffle_seed)
        if os.access(wrapper, os.X_OK):
            words[0] = str(wrapper)
        env = {"JAVA_TOOL_OPTIONS": SMALL, "GRADLE_USER_HOME": str(_home() / ".gradle")}
        if "JAVA_HOME" in os.environ:
            env["JAVA_HOME"] = os.environ["JAVA_HOME"]
        collect = (str(root / self.reports), str(root / "*" / self.reports))
        for left in (*root.glob(self.reports), *root.glob(f"*/{self.reports}")):
            left.unlink()  # an old one would speak for a run that wrote none
        return recorded(words, env, scratch, name=self.name, selected=tests, collect=collect)

    def collection(self, root: Path, tests: tuple[str, ...] | None, scratch: Path) -> SuiteCommand:
        """Neither tool can collect only: the tests are run."""
        return self.command(root, tests, scratch)

    def read(self, command: SuiteCommand, outcome: ProcessOutcome, root: Path) -> SuiteReport:
        """What the reports say, where the build and they agree on whether all is well."""
        return read_surefire(read_record(command), outcome, root, command.selected)

    def is_test_path(self, path: str) -> bool:
        """`src/test` and what is called like a test."""
        return test_places.is_test_path(path)

    def is_config_path(self, path: str) -> bool:
        """Files that do nothing but say how the build is run."""
        return test_places.is_test_config(path)


MAVEN = JavaSuite("maven", "target/surefire-reports/TEST-*.xml", _maven)
GRADLE = JavaSuite("gradle", "build/test-results/test/*.xml", _gradle)


def _class(test: str) -> str:
    """The class of an id or a file, with its package: nested tests come with their outer class."""
    path = test.partition("::")[0]
    inside = path.partition("src/test/")[2].partition("/")[2] or path
    return inside.rpartition(".")[0].replace("/", ".")
