"""Texts that fit, and digests that tell what may be appended."""

from hypothesis import given
from hypothesis import strategies as st

from tdd_orchestrator.core.content import CheckContent
from tdd_orchestrator.core.result import Remark
from tdd_orchestrator.github.digest import check_digest, unsent
from tdd_orchestrator.github.texts import CLOSING, cut, units

REMARKS = st.lists(st.builds(Remark, st.just("a.py"), st.integers(1, 3), st.just("notice"), st.just("m")), max_size=6)


def content(annotations: list[Remark]) -> CheckContent:
    return CheckContent("TDD", "key", "h", "queued", None, "t", "s", annotations=tuple(annotations))


@given(st.text(st.sampled_from("ab\n`🙂é"), max_size=400), st.integers(60, 300))
def test_a_cut_text_fits_and_a_short_one_is_left_alone(text: str, limit: int) -> None:
    shown = cut(text, limit)
    assert units(shown) <= limit
    if units(text) <= limit:
        assert shown == text
    else:
        assert shown.endswith(CLOSING)
        assert sum(line.startswith("```") for line in shown.splitlines()) % 2 == 0


@given(REMARKS, REMARKS)
def test_annotations_that_only_grew_are_appended_and_others_are_not(before: list[Remark], more: list[Remark]) -> None:
    known = check_digest(content(before))
    assert unsent(known, before + more) == tuple(more)
    if before and before[0] not in more[:1]:
        assert unsent(known, more[: len(before) - 1]) is None


def test_a_digest_of_another_making_says_nothing_about_annotations() -> None:
    assert unsent("abc", ()) is None
    assert check_digest(content([])) != check_digest(content([Remark("a", 1, "notice", "m")]))
