"""Maven and Gradle: the build tool runs JUnit, and its XML for each class is read."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tdd_action.sandbox import ProcessOutcome
from tdd_action.suites.java_watching import Watching, watching
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
DISTRIBUTION = re.compile(r"^distributionUrl=.*/([\w.-]+)\.zip\s*$", re.MULTILINE)


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
    """One build tool: its command, and where it leaves its reports.

    `program` is the copy of the tool that a project brings (empty: the one on PATH), `places` are the folders that it
    must be able to write, and how it is told of them.
    """

    name: str
    reports: str
    words: Callable[[list[str], int | None], list[str]]
    program: Callable[[Path], str]
    places: Callable[[Path], tuple[tuple[Path, ...], dict[str, str]]]
    watching: Callable[[Path, Path], Watching | None] = lambda root, scratch: None

    def command(
        self, root: Path, tests: tuple[str, ...] | None, scratch: Path, *, shuffle_seed: int | None = None
    ) -> SuiteCommand:
        """One run. With Maven the seed shuffles classes and JUnit 5's methods; Gradle keeps its order."""
        names = sorted({_class(test) for test in tests or ()})
        words = self.words(names, shuffle_seed)
        words[0] = self.program(root) or words[0]
        own, env = self.places(scratch)
        env |= {"JAVA_TOOL_OPTIONS": SMALL}
        if "JAVA_HOME" in os.environ:
            env["JAVA_HOME"] = os.environ["JAVA_HOME"]
        collect = (str(root / self.reports), str(root / "*" / self.reports))
        for left in (*root.glob(self.reports), *root.glob(f"*/{self.reports}")):
            left.unlink()  # an old one would speak for a run that wrote none
        watched = self.watching(root, scratch)
        if watched is None:
            return recorded(words, env, scratch, name=self.name, selected=tests, collect=collect, caches=own)
        return recorded(
            [*words[:-1], watched.word, words[-1]],
            env,
            scratch,
            name=self.name,
            selected=tests,
            collect=collect,
            caches=(*own, watched.classes),
            witness=watched.folder,
            first=watched.first,
            far=True,
        )

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


def _maven_wrapper(root: Path) -> str:
    wrapper = root / "mvnw"
    return str(wrapper) if os.access(wrapper, os.X_OK) else ""


def _installed_gradle(root: Path) -> str:
    """The Gradle that the project's wrapper has installed at home: the wrapper itself would want to write there."""
    try:
        said = (root / "gradle/wrapper/gradle-wrapper.properties").read_text("utf-8", "replace")
    except OSError:
        return ""
    found = DISTRIBUTION.search(said)
    installed = (_home() / ".gradle/wrapper/dists").glob(f"{found[1]}/*/*/bin/gradle") if found else iter(())
    return next((str(each) for each in sorted(installed)), "")


def _nothing_of_its_own(scratch: Path) -> tuple[tuple[Path, ...], dict[str, str]]:
    return (), {}


def _gradle_home(scratch: Path) -> tuple[tuple[Path, ...], dict[str, str]]:
    """A home of ours to write in; what was downloaded before is read where it lies (Gradle 6.2 and later)."""
    own = scratch / "gradle-home"
    own.mkdir(parents=True, exist_ok=True)
    return (own,), {"GRADLE_USER_HOME": str(own), "GRADLE_RO_DEP_CACHE": str(_home() / ".gradle" / "caches")}


def _watched(root: Path, scratch: Path) -> Watching | None:
    return watching(root, scratch, _home() / ".m2" / "repository")


MAVEN = JavaSuite("maven", "target/surefire-reports/TEST-*.xml", _maven, _maven_wrapper, _nothing_of_its_own, _watched)
GRADLE = JavaSuite("gradle", "build/test-results/test/*.xml", _gradle, _installed_gradle, _gradle_home)


def _class(test: str) -> str:
    """The class of an id or a file, with its package: nested tests come with their outer class."""
    path = test.partition("::")[0]
    inside = path.partition("src/test/")[2].partition("/")[2] or path
    return inside.rpartition(".")[0].replace("/", ".")
