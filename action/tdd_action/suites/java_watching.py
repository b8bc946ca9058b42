"""Gives JUnit's platform a witness for one run of Maven: compiled first, and put beside the tests' classes."""

import shutil
from dataclasses import dataclass
from pathlib import Path

WITNESS = Path(__file__).with_name("TddWitness.java")
SERVICE = "META-INF/services/org.junit.platform.launcher.TestExecutionListener"
NEEDED = ("junit-platform-launcher", "junit-platform-engine", "junit-platform-commons")
GENERATIONS = "1*"  # of the platform; what is compiled against one runs with the later ones


@dataclass(frozen=True, slots=True)
class Watching:
    """The word for Maven that brings the witness in, the commands that build it first, and where they and it lie."""

    word: str
    first: tuple[tuple[str, ...], ...]
    folder: Path
    classes: Path


def watching(scratch: Path, repository: Path) -> Watching | None:
    """The witness for a run, against what Maven has in its repository; None where JUnit's platform is not there."""
    jars = [_jar(repository, each) for each in NEEDED]
    if not all(jars):
        return None
    source, classes = scratch / "java-witness", scratch / "java-witness-classes"
    for folder in (source, classes / SERVICE.rpartition("/")[0]):
        folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(WITNESS, source)
    (classes / SERVICE).write_text("TddWitness\n")
    path = ":".join(str(each) for each in jars)
    build = ("javac", "-proc:none", "-nowarn", "-cp", path, "-d", str(classes), str(source / WITNESS.name))
    return Watching(f"-Dmaven.test.additionalClasspath={classes}", (build,), source, classes)


def _jar(repository: Path, name: str) -> Path | None:
    found = sorted((repository / "org/junit/platform" / name).glob(f"{GENERATIONS}/{name}-*.jar"))
    return next((each for each in found if not each.stem.endswith(("sources", "javadoc"))), None)
