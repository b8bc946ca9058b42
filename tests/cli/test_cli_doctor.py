"""`tdd doctor` before a hub: silent where all is well, and exact where one thing is broken."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tdd_orchestrator.doctor import examination
from tdd_orchestrator.hub.state import system_clock
from world.command_line import Said, Tdd
from world.doctor_world import FILES, FORM, REPO, Clinic, clinic

Doctor = Callable[..., Said]
SECRETS = {**FORM["default_permissions"], "secrets": "read"}


@pytest.fixture
def doctor(tdd: Tdd, monkeypatch: pytest.MonkeyPatch) -> Doctor:
    """Call the doctor in an environment; the machine itself is looked at in one test only, for that takes a second."""

    def call(environ: Mapping[str, str], *words: str, machine: bool = False) -> Said:
        for name in ("TDD_APP_ID", "TDD_PRIVATE_KEY", "TDD_PRIVATE_KEY_FILE", "TDD_WEBHOOK_SECRET"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        with monkeypatch.context() as patch:
            if not machine:
                patch.setattr(examination, "examine_machine", lambda: iter(()))
            return tdd("doctor", *words)

    return call


@pytest.fixture
def healthy(tmp_path: Path) -> Iterator[Clinic]:
    with clinic(tmp_path) as made:
        yield made


def failures(said: Said) -> list[str]:
    return [finding["told"] for finding in said.json["findings"] if finding["level"] == "fail"]


def test_a_healthy_set_up_has_nothing_to_mend(doctor: Doctor, healthy: Clinic) -> None:
    said = doctor(healthy.environ, "--repo", REPO, machine=True)
    assert said.code == 0, said.out
    lines = said.out.splitlines()
    assert lines[-1] == "Nothing to mend, 1 to look at."
    assert [line for line in lines if line.startswith("warn")] == [
        f"warn  {REPO}: Whether the secret ANTHROPIC_API_KEY is there cannot be seen: "
        "the App may not read names of secrets."
    ]
    for told in (
        "ok    python: Python 3",
        "ok    git: git 2",
        "ok    clock: Agrees with GitHub's.",
        "ok    credentials: GitHub knows us as tdd-shop",
        "ok    permissions: All that the manifest asks for.",
        "ok    events: All that the manifest asks for.",
        f"ok    webhook: GitHub sends to {healthy.environ['TDD_PUBLIC_URL']}/webhook",
        "ok    deliveries: The last",
        "ok    installation: On 1 repository.",
        f"ok    {REPO}: The workflow takes what we send.",
        f"ok    {REPO}: The configuration has no fault.",
        f"ok    {REPO}: State can be written below refs/heads/tdd-state (0 runs there).",
        "requests are left in this hour.",
    ):
        assert told in said.out
    assert not healthy.thread.hub.unexpected
    writes = [one for one in healthy.thread.hub.requests if one.method != "GET" and "access_tokens" not in one.path]
    assert not writes, "it changes nothing"


def test_nothing_secret_is_printed(doctor: Doctor, healthy: Clinic) -> None:
    said = doctor(healthy.environ, "--json")
    key = healthy.environ["TDD_PRIVATE_KEY"].splitlines()[1]
    secrets = (healthy.environ["TDD_WEBHOOK_SECRET"], key, "sk-canary", "ghs_")
    assert not [secret for secret in secrets if secret in said.out + said.err]
    assert said.json["ok"] is True


def test_no_app_at_all(doctor: Doctor, tmp_path: Path) -> None:
    said = doctor({"TDD_DATA_DIR": str(tmp_path)}, "--json")
    assert said.code == 1
    (only,) = said.json["findings"]
    assert only["remedy"] == "Run `tdd serve` and open the address that it prints, or set them."


def test_settings_that_are_wrong_are_all_named(doctor: Doctor, tmp_path: Path) -> None:
    said = doctor({"TDD_DATA_DIR": str(tmp_path), "TDD_APP_ID": "twelve", "TDD_PORT": "x"}, "--json")
    assert (said.code, len(failures(said))) == (1, 4)
    assert "TDD_APP_ID has no value we can use." in failures(said)


def test_a_key_of_another_app(doctor: Doctor, healthy: Clinic) -> None:
    other = generate_private_key(public_exponent=65537, key_size=2048)
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
    said = doctor({**healthy.environ, "TDD_PRIVATE_KEY": pem}, "--json")
    assert said.code == 1
    (told,) = failures(said)
    assert "A JSON web token could not be decoded" in told
    broken = doctor({**healthy.environ, "TDD_PRIVATE_KEY": pem.replace("\n", "\nA", 3)}, "--json")
    assert failures(broken) == ["The private key is no RSA key in PEM."]


def test_permissions_and_events_that_are_missing_are_named(doctor: Doctor, tmp_path: Path) -> None:
    rights = {"contents": "write", "checks": "read", "metadata": "read"}
    with clinic(tmp_path, permissions=rights) as made:
        said = doctor(made.environ, "--json")
    assert said.code == 1
    weak = "Missing: actions: write, checks: write, issues: write, pull_requests: write, statuses: read."
    assert failures(said) == [
        weak,
        "Missing: issue_comment, pull_request, push, workflow_run.",
        f"The installation has not accepted everything. {weak}",
    ]


def test_webhooks_that_go_elsewhere_or_are_refused(doctor: Doctor, healthy: Clinic) -> None:
    healthy.answers["status"] = 401
    healthy.push({"more.txt": "more"})
    said = doctor({**healthy.environ, "TDD_PUBLIC_URL": "https://tdd.example.com"}, "--json")
    elsewhere, lost = failures(said)
    assert elsewhere.startswith("GitHub sends to http://127.0.0.1:")
    assert elsewhere.endswith("and this server is at https://tdd.example.com/webhook")
    assert "the latest: check_suite, Invalid HTTP Response: 401." in lost


def test_a_repository_with_an_old_workflow_a_faulty_configuration_and_a_branch_in_the_way(
    doctor: Doctor, healthy: Clinic
) -> None:
    old = FILES[".github/workflows/tdd.yml"].replace("      lander:\n", "      old_name:\n")
    healthy.push({".github/workflows/tdd.yml": old, ".tdd/config.toml": "[tdd]\n\nmax_paralel = 3\n"})
    healthy.branch("tdd-state")
    told = failures(doctor(healthy.environ, "--json"))
    assert told[0] == "The workflow does not take what we send: lander."
    assert told[1].startswith(".tdd/config.toml:3: `max_paralel`")
    assert told[2] == "The branch `tdd-state` is in the way of branches below `tdd-state/`, which we write."


def test_a_repository_that_the_app_is_not_installed_on(doctor: Doctor, tmp_path: Path) -> None:
    with clinic(tmp_path, install=False) as made:
        nowhere = doctor(made.environ, "--json")
        elsewhere = doctor(made.environ, "--json", "--repo", "owner/other")
    assert failures(nowhere) == ["The App is installed nowhere."]
    assert failures(elsewhere) == ["The App is not installed on owner/other."]


def test_a_secret_that_may_be_seen_is_looked_for(doctor: Doctor, tmp_path: Path) -> None:
    with clinic(tmp_path, permissions=SECRETS) as made:
        there = doctor(made.environ, "--json")
        made.thread.call(lambda hub: hub.repository(REPO).secrets.clear())
        gone = doctor(made.environ, "--json")
    assert "The secret ANTHROPIC_API_KEY is there." in there.out
    assert "The secret ANTHROPIC_API_KEY is missing." in failures(gone)


def test_a_github_that_cannot_be_reached(doctor: Doctor, healthy: Clinic) -> None:
    said = doctor({**healthy.environ, "TDD_GITHUB_URL": "http://127.0.0.1:9"}, "--json")
    (told,) = failures(said)
    assert "GitHub could not be reached" in told


def test_an_enterprise_server_is_named_with_what_is_left_out_on_it(doctor: Doctor, healthy: Clinic) -> None:
    assert "server:" not in doctor(healthy.environ).out
    healthy.thread.call(lambda hub: setattr(hub.site, "enterprise", "3.14.2"))
    said = doctor(healthy.environ)
    assert said.code == 0, said.out
    assert "ok    server: GitHub Enterprise Server 3.14.2. Left out where this server refuses it" in said.out
    assert "return_run_details" in said.out
    assert "This GitHub does not limit requests." in said.out


def test_a_clock_that_is_wrong(doctor: Doctor, healthy: Clinic) -> None:
    healthy.thread.hub.world.clock = lambda: system_clock() - timedelta(minutes=3)
    told = failures(doctor(healthy.environ, "--json"))
    assert re.fullmatch(r"This machine's clock is 18\d s ahead of GitHub's\.", told[0])
    assert "too far in the future" in told[1]


def test_a_file_of_secrets_that_others_may_read(doctor: Doctor, healthy: Clinic, tmp_path: Path) -> None:
    key = tmp_path / "app.pem"
    key.write_text(healthy.environ["TDD_PRIVATE_KEY"])
    key.chmod(0o644)
    said = doctor({**healthy.environ, "TDD_PRIVATE_KEY": "", "TDD_PRIVATE_KEY_FILE": str(key)}, "--json")
    warned = [each for each in said.json["findings"] if each["level"] == "warn"]
    assert warned[0]["remedy"] == f"chmod 600 {key}"
    assert json.loads(said.out)["ok"] is True


@pytest.mark.parametrize("name", ["shop", "a/b/c", "/shop"])
def test_a_repository_is_named_with_its_owner(doctor: Doctor, name: str) -> None:
    said = doctor({}, "--repo", name)
    assert (said.code, said.err) == (
        1,
        f"tdd: `--repo {name}` is not of the form owner/name. Such as maintainer/shop.\n",
    )
