"""Files and git objects over REST: read, written as commits, compared, merged."""

from __future__ import annotations

import base64

from world.hub_town import REPO, Town, git


def packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


async def test_a_file_is_read_as_json_raw_or_listed_in_its_directory(town: Town) -> None:
    reader = town.person("reader")
    shown = (await reader.get("/contents/src/a.py")).json()
    assert (base64.b64decode(shown["content"]), shown["size"]) == (b"A = 1\n", 6)
    raw = await reader.get("/contents/src/a.py", headers={"accept": "application/vnd.github.raw+json"})
    assert raw.content == b"A = 1\n"
    listed = (await reader.get("/contents", params={"ref": "feature"})).json()
    assert [(one["name"], one["type"]) for one in listed] == [
        (".github", "dir"),
        ("README.md", "file"),
        ("prds", "dir"),
        ("src", "dir"),
    ]
    missing = [(await reader.get(path)).status_code for path in ("/contents/no.txt", "/contents/src/a.py?ref=nowhere")]
    assert missing == [404, 404]


async def test_a_file_is_replaced_only_by_who_knows_what_is_there(town: Town) -> None:
    bot, path = await town.bot(), "/contents/src/a.py"
    body = {"message": "two", "content": packed("A = 2\n")}
    old = (await bot.get(path)).json()["sha"]
    answers = [await bot.put(path, json={**body, **more}) for more in ({}, {"sha": "0" * 40}, {"sha": old})]
    assert [one.status_code for one in answers] == [422, 409, 200]
    commit = answers[2].json()["commit"]
    assert commit["author"]["email"].endswith("+tdd[bot]@users.noreply.github.com")
    assert git(town.git, "show", "main:src/a.py") == "A = 2"
    await town.hub.settled()
    assert town.ear.of("push")[0]["head_commit"]["modified"] == ["src/a.py"]


async def test_an_app_needs_workflows_to_write_a_workflow_file(town: Town) -> None:
    body = {"message": "w", "content": packed("on: push\n")}
    refused = await (await town.bot()).put("/contents/.github/workflows/new.yml", json=body)
    assert refused.status_code == 403
    done = await town.person("writer").put("/contents/.github/workflows/new.yml", json=body)
    assert done.status_code == 201


async def test_a_tree_is_laid_over_another_with_additions_removals_and_subtrees(town: Town) -> None:
    bot = await town.bot()
    source = git(town.git, "rev-parse", "main:src")
    entries = [
        {"path": "docs/x.md", "mode": "100644", "type": "blob", "content": "x\n"},
        {"path": "README.md", "mode": "100644", "type": "blob", "sha": None},
        {"path": "copy", "mode": "040000", "type": "tree", "sha": source},
    ]
    made = (await bot.post("/git/trees", json={"base_tree": town.sha("main"), "tree": entries})).json()["sha"]
    listed = (await bot.get(f"/git/trees/{made}?recursive=1")).json()["tree"]
    assert [one["path"] for one in listed if one["type"] == "blob"] == [
        ".github/workflows/work.yml",
        "copy/a.py",
        "docs/x.md",
        "src/a.py",
    ]
    wrong = [{"path": "../x", "content": ""}, {"path": ".git/config", "content": ""}]
    assert [(await bot.post("/git/trees", json={"tree": [one]})).status_code for one in wrong] == [422, 422]


async def test_a_ref_moves_forward_unless_forced_and_the_default_branch_stays(town: Town) -> None:
    bot = await town.bot()
    main, feature = town.sha("main"), town.sha("feature")
    steps = [
        ("POST", "/git/refs", {"ref": "refs/heads/new", "sha": feature}, 201),
        ("POST", "/git/refs", {"ref": "refs/heads/new", "sha": feature}, 422),
        ("POST", "/git/refs", {"ref": "new", "sha": feature}, 422),
        ("POST", "/git/refs", {"ref": "refs/heads/other", "sha": "0" * 40}, 422),
        ("PATCH", "/git/refs/heads/new", {"sha": main}, 422),
        ("PATCH", "/git/refs/heads/new", {"sha": main, "force": True}, 200),
        ("PATCH", "/git/refs/heads/none", {"sha": main}, 422),
        ("DELETE", "/git/refs/heads/new", None, 204),
        ("DELETE", "/git/refs/heads/new", None, 422),
        ("DELETE", "/git/refs/heads/main", None, 422),
        ("GET", "/git/ref/heads/new", None, 404),
        ("GET", "/git/ref/pull/1/head", None, 404),
        ("GET", "/branches/feature", None, 200),
        ("GET", "/branches/none", None, 404),
    ]
    for method, path, body, status in steps:
        answer = await bot.request(method, path, json=body)
        assert answer.status_code == status, (method, path, answer.text)
    assert [one["name"] for one in (await bot.get("/branches")).json()] == ["feature", "main"]
    matching = (await bot.get("/git/matching-refs/heads/fea")).json()
    assert [one["ref"] for one in matching] == ["refs/heads/feature"]


async def test_branches_are_merged_or_conflict(town: Town) -> None:
    bot = await town.bot()
    town.hub.open_pull(REPO, "writer", "One", "feature")
    body = {"message": "clash", "content": packed("B = 9\n"), "branch": "main"}
    assert (await bot.put("/contents/src/b.py", json=body)).status_code == 201
    shown = (await bot.get("/pulls/1")).json()
    assert (shown["mergeable"], shown["mergeable_state"]) == (False, "dirty")
    assert (await bot.post("/merges", json={"base": "main", "head": "feature"})).status_code == 409
    assert (await bot.put("/pulls/1/merge", json={})).status_code == 405
    sha = (await bot.get("/contents/src/b.py")).json()["sha"]
    await bot.request("DELETE", "/contents/src/b.py", json={"message": "peace", "sha": sha})
    merged = await bot.put("/pulls/1/merge", json={})
    assert (merged.status_code, merged.json()["merged"]) == (200, True)
    assert (await bot.post("/merges", json={"base": "main", "head": "feature"})).status_code == 204
    await town.hub.settled()
    (closed,) = town.ear.of("pull_request", "closed")
    assert (closed["pull_request"]["merged"], closed["pull_request"]["merge_commit_sha"]) == (
        True,
        merged.json()["sha"],
    )


async def test_commits_are_compared_in_all_four_ways(town: Town) -> None:
    bot = await town.bot()
    await bot.put("/contents/c.txt", json={"message": "c", "content": packed("c\n"), "branch": "main"})
    spans = ("main...main", "feature...feature", "main...feature", "main~1...feature", "feature...main~1")
    states = [(await bot.get(f"/compare/{span}")).json()["status"] for span in spans]
    assert states == ["identical", "identical", "diverged", "ahead", "behind"]
    assert (await bot.get("/compare/main...nowhere")).status_code == 404


async def test_a_renamed_and_a_binary_file_are_shown_as_such(town: Town) -> None:
    bot = await town.bot()
    tip = town.sha("feature")
    blob = (await bot.post("/git/blobs", json={"content": packed("\0\1\2"), "encoding": "base64"})).json()["sha"]
    old = git(town.git, "rev-parse", "feature:README.md")
    entries = [
        {"path": "README.md", "mode": "100644", "type": "blob", "sha": None},
        {"path": "READ ME.md", "mode": "100644", "type": "blob", "sha": old},
        {"path": "b.bin", "mode": "100644", "type": "blob", "sha": blob},
    ]
    tree = (await bot.post("/git/trees", json={"base_tree": tip, "tree": entries})).json()["sha"]
    made = (await bot.post("/git/commits", json={"message": "m", "tree": tree, "parents": [tip]})).json()["sha"]
    await bot.patch("/git/refs/heads/feature", json={"sha": made})
    town.hub.open_pull(REPO, "writer", "One", "feature")
    files = {one["filename"]: one for one in (await bot.get("/pulls/1/files")).json()}
    assert (files["READ ME.md"]["status"], files["READ ME.md"]["previous_filename"]) == ("renamed", "README.md")
    assert ("patch" in files["b.bin"], files["src/b.py"]["patch"]) == (False, "@@ -0,0 +1 @@\n+B = 2")
    diff = await bot.get("/pulls/1", headers={"accept": "application/vnd.github.diff"})
    assert diff.text.startswith("diff --git ")
