"""What a person may write after /tdd, and the one sentence for what they may not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdd_orchestrator.core.command import (
    BUTTONS,
    MOST_COMMANDS,
    ROLE_NEEDED,
    RULES,
    Command,
    Misread,
    Verb,
    button,
    parse_button,
    parse_commands,
    spelled,
)
from tdd_orchestrator.core.roles import Role


def one(body: str) -> Command | Misread:
    (found,) = parse_commands(body)
    return found


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("/tdd help", Command(Verb.HELP, line=1)),
        ("/TDD Status", Command(Verb.STATUS, line=1)),
        ("   /tdd pause  ", Command(Verb.PAUSE, line=1)),
        ("/tdd\tresume", Command(Verb.RESUME, line=1)),
        ("/tdd cancel\r\n", Command(Verb.CANCEL, line=1)),
        ("/tdd plan", Command(Verb.PLAN, line=1)),
        ("/tdd help retry", Command(Verb.HELP, subject="retry", line=1)),
        ("/tdd approve", Command(Verb.APPROVE, line=1)),
        ("/tdd approve 0123abc", Command(Verb.APPROVE, subject="0123abc", line=1)),
        ("/tdd retry TASK-3", Command(Verb.RETRY, ("TASK-3",), line=1)),
        ("/tdd retry task-3, 4 #5 TASK-3", Command(Verb.RETRY, ("TASK-3", "TASK-4", "TASK-5"), line=1)),
        ("/tdd retry all", Command(Verb.RETRY, scope="all", line=1)),
        ("/tdd retry ALL failed", Command(Verb.RETRY, scope="all failed", line=1)),
        (
            "/tdd retry 3 --worker claude/opus-5-5 --from=Green",
            Command(Verb.RETRY, ("TASK-3",), options=(("worker", "claude/opus-5-5"), ("from", "green")), line=1),
        ),
        ("/tdd skip 2", Command(Verb.SKIP, ("TASK-2",), line=1)),
        ("/tdd explain", Command(Verb.EXPLAIN, line=1)),
        ("/tdd explain esc-2", Command(Verb.EXPLAIN, subject="ESC-2", line=1)),
        (
            "/tdd answer ESC-1 use the --fast way",
            Command(Verb.ANSWER, subject="ESC-1", text="use the --fast way", line=1),
        ),
        ("/tdd budget", Command(Verb.BUDGET, line=1)),
        ("/tdd budget +5", Command(Verb.BUDGET, subject="+5", line=1)),
        ("/tdd budget $20.50", Command(Verb.BUDGET, subject="20.50", line=1)),
        ("/tdd reset all", Command(Verb.RESET, scope="all", line=1)),
        ("/tdd reset worker:claude", Command(Verb.RESET, subject="worker:claude", line=1)),
        ("/tdd prove", Command(Verb.PROVE, line=1)),
        ("/tdd take TASK-1", Command(Verb.TAKE, ("TASK-1",), line=1)),
        ("/tdd release TASK-1", Command(Verb.RELEASE, ("TASK-1",), line=1)),
        ("/tdd prd", Command(Verb.PRD, line=1)),
        ("/tdd status <!-- for the record -->", Command(Verb.STATUS, line=1)),
    ],
)
def test_a_command_is_understood(body: str, expected: Command) -> None:
    assert one(body) == expected


def test_a_comment_may_hold_several_commands_among_words() -> None:
    body = "Thanks!\n\n/tdd skip 1\nand then\n/tdd retry all failed\n/tdd sattus"
    found = parse_commands(body)
    assert [each.line for each in found] == [3, 5, 6]
    assert [type(each) for each in found] == [Command, Command, Misread]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "please /tdd approve",
        "/tddapprove",
        "/tdd: approve",
        "- /tdd approve",
        "> /tdd approve",
        "    /tdd approve",
        "\t/tdd approve",
        "`/tdd approve`",
        "```\n/tdd approve\n```",
        "~~~~\n~~~\n/tdd approve\n~~~~",
        "```\n/tdd approve",
        "- ```\n  /tdd approve\n  ```",
        "<!-- /tdd approve -->",
        "<!--\n/tdd approve\n-->",
        "<!-- x -->/tdd approve",
        "<pre>\n/tdd approve\n</pre>",
    ],
)
def test_code_quotes_and_comments_command_nothing(body: str) -> None:
    assert parse_commands(body) == ()


@pytest.mark.parametrize("before", ["```\nx\n```", "- ```\n  x", "a `<!--` b", "<!-- x -->", "> ```", "<pre>x</pre>"])
def test_what_follows_code_is_read_again(before: str) -> None:
    assert [each.line for each in parse_commands(f"{before}\n/tdd status")] == [before.count("\n") + 2]


@pytest.mark.parametrize(
    ("body", "said", "nearest"),
    [
        ("/tdd", "A command must follow", "/tdd help"),
        ("/tdd aprove", "`aprove` is not a command", "/tdd approve"),
        ("/tdd xyzzy", "`xyzzy` is not a command", "/tdd help"),
        ("/tdd retry", "needs a task, or `all failed`", "/tdd retry TASK-1"),
        ("/tdd retry TASK-3 please", "`please` is not understood", "/tdd retry TASK-3"),
        ("/tdd retry TASK-3 all", "not both", "/tdd retry TASK-1"),
        ("/tdd retry 3 --form green", "did you mean `--from`", "/tdd retry TASK-3"),
        ("/tdd retry 3 --from blue", "needs one of `red`", "/tdd retry TASK-3"),
        ("/tdd retry 3 --worker", "needs a name", "/tdd retry TASK-3"),
        ("/tdd pause --worker x", "knows none", "/tdd pause"),
        ("/tdd skip all", "`all` is not understood", "/tdd skip TASK-1"),
        ("/tdd skip TASK-0", "`TASK-0` is not understood", "/tdd skip TASK-1"),
        ("/tdd answer yes", "needs a question and your answer", "/tdd answer ESC-1 words"),
        ("/tdd answer ESC-1", "needs a question and your answer", "/tdd answer ESC-1 words"),
        ("/tdd budget -5", "`-5` is not understood", "/tdd budget +5"),
        ("/tdd reset", "needs `all`", "/tdd reset worker:claude"),
    ],
)
def test_a_misread_line_is_answered_by_the_nearest_right_form(body: str, said: str, nearest: str) -> None:
    found = one(body)
    assert isinstance(found, Misread)
    assert said in found.reason
    assert found.nearest == nearest
    assert found.nearest in found.reason
    assert found.text == body


def test_every_example_is_itself_understood() -> None:
    for verb, rule in RULES.items():
        found = one(rule.example)
        assert isinstance(found, Command)
        assert found.verb is verb
    assert set(RULES) == set(Verb)


def test_every_command_needs_a_role_and_only_looking_needs_no_more_than_read() -> None:
    assert set(ROLE_NEEDED) == set(Verb)
    assert {verb for verb in Verb if ROLE_NEEDED[verb] <= Role.READ} == {Verb.HELP, Verb.STATUS, Verb.EXPLAIN}
    assert ROLE_NEEDED[Verb.BUDGET] is Role.MAINTAIN


@pytest.mark.parametrize(
    ("permission", "name", "role"),
    [
        ("admin", "admin", Role.ADMIN),
        ("write", "maintain", Role.MAINTAIN),
        ("write", "write", Role.WRITE),
        ("read", "triage", Role.TRIAGE),
        ("read", "", Role.READ),
        ("write", "release-captain", Role.WRITE),
        ("none", "", Role.NONE),
        ("what", "ever", Role.NONE),
    ],
)
def test_a_role_is_read_from_githubs_answer(permission: str, name: str, role: Role) -> None:
    assert Role.from_github(permission, name) is role


def test_buttons_fit_githubs_limits_and_stand_for_their_commands() -> None:
    for verb in BUTTONS:
        task = "TASK-1234" if RULES[verb].tasks else ""
        shown = button(verb, task)
        assert len(shown.identifier) <= 20
        assert len(shown.label) <= 20
        assert len(shown.description) <= 40
        assert parse_button(shown.identifier) == Command(verb, (task,) if task else ())


@pytest.mark.parametrize("identifier", ["", "retry", "retry:", "retry:x", "pause:TASK-1", "fix-it", "retry:TASK-3\n"])
def test_other_identifiers_are_no_button_of_ours(identifier: str) -> None:
    assert parse_button(identifier) is None


TASKS = st.lists(st.integers(1, 999).map(lambda n: f"TASK-{n}"), min_size=1, max_size=3, unique=True).map(tuple)


@given(st.sampled_from([Verb.RETRY, Verb.SKIP, Verb.EXPLAIN, Verb.TAKE]), TASKS)
def test_a_spelled_command_is_read_back_as_the_same(verb: Verb, tasks: tuple[str, ...]) -> None:
    command = Command(verb, tasks, line=1)
    assert one(spelled(command)) == command


WORDS = st.sampled_from(
    ["/tdd ", "retry ", "all ", "failed ", "TASK-1 ", "--from ", "=", "green", "\n", "```", "<!--", "-->"]
)


@given(st.one_of(st.text(), st.lists(WORDS, max_size=20).map("".join), st.text().map("/tdd {}".format)))
def test_any_comment_at_all_can_be_read(body: str) -> None:
    for found in parse_commands(body):
        assert found.line >= 1
        if isinstance(found, Misread):
            assert isinstance(one(found.nearest), Command)


def test_of_thousands_of_commands_the_first_are_read_and_one_sentence_says_so() -> None:
    found = parse_commands("/tdd x\n" * 9_000)
    assert len(found) == MOST_COMMANDS + 1
    last = found[-1]
    assert isinstance(last, Misread)
    assert last.line == MOST_COMMANDS + 1
    assert "10 commands: nothing was read from line 11 on" in last.reason
    assert len(parse_commands("/tdd status\n" * MOST_COMMANDS)) == MOST_COMMANDS
