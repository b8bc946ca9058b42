"""Gives JUnit's platform a witness for one run of Maven: compiled first, and put beside the tests' classes."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

WITNESS = Path(__file__).with_name("TddWitness.java")
SERVICE = "META-INF/services/org.junit.platform.launcher.TestExecutionListener"
NEEDED = ("junit-platform-launcher", "junit-platform-engine", "junit-platform-commons")
# A machine for the tests of its own may be too old for the witness.
OTHER_MACHINE = re.compile(r"maven-toolchains-plugin|<jdkToolchain>|<jvm>")


@dataclass(frozen=True, slots=True)
class Watching:
    """The word for Maven that brings the witness in, the commands that build it first, and where they and it lie."""

    word: str
    first: tuple[tuple[str, ...], ...]
    folder: Path
    classes: Path


def watching(root: Path, scratch: Path, repository: Path) -> Watching | None:
    """The witness for a run, against what Maven has in its repository; None where JUnit's platform is not there.

    It is announced only once it is compiled, which needs Java 16 or later.
    """
    jars = [_jar(repository, each) for each in NEEDED]
    if not all(jars) or OTHER_MACHINE.search(_text(root / "pom.xml")):
        return None
    source, classes = scratch / "java-witness", scratch / "java-witness-classes"
    for folder in (classes, (source / SERVICE).parent):
        folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(WITNESS, source)
    (source / SERVICE).write_text("TddWitness\n")
    path = ":".join(str(each) for each in jars)
    build = ("javac", "-proc:none", "-nowarn", "-cp", path, "-d", str(classes), str(source / WITNESS.name))
    announced = str(classes / "META-INF")
    first = (("rm", "-rf", announced), build, ("cp", "-R", str(source / "META-INF"), announced))
    return Watching(f"-Dmaven.test.additionalClasspath={classes}", first, source, classes)


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""


def _jar(repository: Path, name: str) -> Path | None:
    found = sorted((repository / "org/junit/platform" / name).glob(f"*/{name}-*.jar"))
    return next((each for each in found if not each.stem.endswith(("sources", "javadoc"))), None)
