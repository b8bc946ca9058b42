"""A command behind the recorder, and what its record says; nothing of it is believed where the seal is broken."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tdd_action.sandbox import ProcessOutcome
from tdd_action.suites.private_run import PrivateRun, raw_record
from tdd_action.suites.sealed_record import Forged, lines_of, void
from tdd_action.suites.suite import SuiteCommand
from tdd_orchestrator.core.evidence.reports import Ended, SuiteReport, TestResult

RECORDER = Path(__file__).with_name("recorder.py")
EAR = Path(__file__).with_name("tdd_ear.py")
LINUX = sys.platform == "linux"  # elsewhere a process cannot be told from another by the socket it speaks on
UNSEEN = "{test} is said to have passed, and did not pass: its process wrote the results of tests by hand."


@dataclass(frozen=True, slots=True)
class Seen:
    """How one test ended, told by a witness inside the process `program`, which was started in `folder`."""

    name: str
    end: str
    program: str
    folder: str


@dataclass(frozen=True, slots=True)
class Record:
    """What a command said: lines of its output and of its error output, files that it left, its exit code.

    `whole` is false where it was stopped before its end: `fault` then says how. `forged` voids all of it. `watched`
    says that witnesses were listened to (`begun`: how many came): then a test that none of them saw pass (`seen`) has
    not passed.
    """

    out: tuple[str, ...] = ()
    err: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    exit_code: int = -1
    whole: bool = False
    forged: str = ""
    watched: bool = False
    begun: int = 0
    seen: tuple[Seen, ...] = ()


def recorded(
    argv: Sequence[str],
    env: Mapping[str, str],
    scratch: Path,
    *,
    name: str,
    selected: tuple[str, ...] | None,
    collect: Sequence[str] = (),
    collect_only: bool = False,
    merge: bool = False,
    caches: tuple[Path, ...] = (),
    witness: Path | None = None,
    first: Sequence[Sequence[str]] = (),
    far: bool = False,
) -> SuiteCommand:
    """The command, to be run behind the recorder. `collect` are globs of files to keep when it has ended.

    `merge`: one stream, where the order of output and errors means something. `caches` may be written. `witness`: the
    folder of what puts one into the test processes, once the commands `first` have ended well.
    `far`: a shell may stand between the command and them.
    """
    run = PrivateRun.made(name, scratch, {each: each.name for each in (RECORDER, EAR)})
    ordered = {"argv": [*argv], "collect": [*collect], "merge": merge}
    watching = {"witness": bool(witness) and LINUX, "first": [[*words] for words in first], "far": far}
    words = (sys.executable, "-I", "-S", "-B", str(run.folder / RECORDER.name))
    command = run.command(words, env, {**ordered, **watching}, selected=selected, collect_only=collect_only)
    return replace(command, caches=caches, readable=(witness,) if witness else ())


def read_record(command: SuiteCommand) -> Record:
    """The record of a run that has ended, however it ended."""
    try:
        lines, sealed = lines_of(raw_record(command), command.nonce)
    except Forged as fault:
        return Record(forged=str(fault))
    unsealed = any("unsealed" in line for line in lines)
    return Record(
        forged="a witness of the tests was spoken for by somebody else" if unsealed else "",
        watched=any("watched" in line for line in lines),
        begun=sum(1 for line in lines if "begun" in line),
        seen=tuple(
            Seen(line["seen"], line["end"], line["program"], line["folder"]) for line in lines if "seen" in line
        ),
        out=tuple(line["out"] for line in lines if "out" in line),
        err=tuple(line["err"] for line in lines if "err" in line),
        files=tuple((line["file"], line["text"]) for line in lines if "file" in line),
        exit_code=next((line["exit"] for line in lines if "exit" in line), -1),
        whole=sealed,
    )


def stopped(record: Record, outcome: ProcessOutcome, culprits: tuple[TestResult, ...] = ()) -> SuiteReport | None:
    """The report of a run whose record is no whole one; `None` where it is. `culprits` were running when it ended."""
    if record.forged:
        return void(Ended.FORGED, f"The record of the tests is void: {record.forged}.", outcome)
    if outcome.timed_out:
        where = f" in {culprits[0].id}" if culprits else ""
        return void(Ended.TIMED_OUT, f"The run was stopped{where} after {outcome.seconds:.0f} s.", outcome, culprits)
    if record.whole and outcome.signal is None and not outcome.failure:
        return None
    how = outcome.failure or (f"signal {outcome.signal}" if outcome.signal else f"exit code {outcome.exit_code}")
    return void(Ended.CRASHED, f"The run ended before its record did: {how}.", outcome, culprits)


def completed(
    results: Sequence[TestResult],
    broken: Sequence[TestResult],
    record: Record,
    outcome: ProcessOutcome,
    *,
    ran: bool = True,
) -> SuiteReport:
    """The report of a whole record, where results and exit code agree on whether all is well."""
    bad = any(each.bad for each in (*results, *broken))
    if ran and bad == (record.exit_code == 0):
        told = f"The command ended with {record.exit_code}, which is not what its results say: {last_words(record)}"
        return void(Ended.CRASHED, told, outcome)
    return SuiteReport(
        tuple(results), tuple(broken), record.exit_code, output_tail=outcome.output, seconds=outcome.seconds
    )


def last_words(record: Record) -> str:
    """The last line that says something."""
    lines = [line.strip() for line in (*record.out, *record.err) if line.strip()]
    return (lines or ["it said nothing"])[-1][:300]
