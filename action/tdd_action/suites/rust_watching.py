"""Puts a witness in the place of libtest's `main`: the compiler is called through a script of ours for one run."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

WITNESS = Path(__file__).with_name("witness.rs")
# In the edition of 2015 a path that begins with `::` means the crate itself.
# Only what is built with `--test` is built otherwise; the build scripts of dependencies see a stable compiler.
SCRIPT = """\
#!/bin/sh
rooted=
for word; do
  case "$word" in --edition=2015) ;; --edition=*) rooted=:: ;; esac
done
for word; do
  if [ "$word" = --test ] && [ -f {library} ]; then
    export RUSTC_BOOTSTRAP=1
    exec "$@" '-Zcrate-attr=feature(custom_test_frameworks)' "-Zcrate-attr=test_runner(${{rooted}}tdd_witness::run)" \\
      -Zunstable-options --extern force:tdd_witness={library}
  fi
done
exec "$@"
"""


@dataclass(frozen=True, slots=True)
class Watching:
    """The environment that brings the witness into test programs, and the commands that build it first.

    `folder` holds what these need.
    """

    folder: Path
    env: dict[str, str]
    first: tuple[tuple[str, ...], ...]


def watching(scratch: Path, target: Path) -> Watching:
    """The witness for builds below `target`. Where its own build fails, cargo runs as ever, and nobody watches."""
    folder, library = scratch / "rust-witness", target / "libtdd_witness.rlib"
    folder.mkdir(parents=True, exist_ok=True)
    script, source = folder / "rustc-with-witness", folder / WITNESS.name
    shutil.copy(WITNESS, source)
    text = SCRIPT.format(library=quote(str(library)))
    if not script.is_file() or script.read_text() != text:
        script.write_text(text)
        script.chmod(0o755)
    words = ("rustc", "--edition=2021", "--crate-type=rlib", "--crate-name=tdd_witness", "-Copt-level=1", "-Awarnings")
    build = ("env", "RUSTC_BOOTSTRAP=1", *words, "-o", str(library), str(source))
    return Watching(folder, {"RUSTC_WORKSPACE_WRAPPER": str(script)}, (("rm", "-f", str(library)), build))
