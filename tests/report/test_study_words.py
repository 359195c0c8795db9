"""What a study page never says, and what it says instead."""

import pytest

from openiads.report.study_words import (
    CLOSE,
    OPEN,
    WordingError,
    checked,
    none_seen,
    over_range,
    own_words,
    percent,
    problems,
    said,
    stated_odds,
)

REFUSED = [
    "the aircraft is safe there",
    "the system is unsafe",
    "the safest arrangement",
    "party A is the winner",
    "party A wins",
    "the best product of the two",
    "the better system",
    "ranked by reach",
    "87 % likely",
    "a 40 % chance",
    "the odds are 3 to 1",
    "it will probably hold",
    "this is likely to hold",
    "very likely in all cases",
    "the raid will get through",
    "zero leakers",
    "an impossible task",
    "there is no difference",
    "the two are equal",
    "the claim is false",
    "what would be learned",
    "what was leaked",
    "the model shows that it holds",
    "this proves it",
    "50 % of the 20 %",
    "the outperforming radar",
    "virtually certain to hold",
]


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text: str) -> None:
    assert list(problems(f"<p>In this model {text}.</p>"))
    with pytest.raises(WordingError, match="say instead"):
        checked(f"<p>In this model {text}.</p>")
    with pytest.raises(WordingError):
        checked(f'<p>In this model.</p><svg aria-label="{text}"/>')


@pytest.mark.parametrize(
    "text",
    [
        "safeguards that satisfy both",
        "over 87 % of the range A states",
        "likely under A's stated odds (0.72, 95 % interval 0.69 to 0.75)",
        "about as likely as not under A's stated odds (0.50, 95 % interval 0.40 to 0.60)",
        "holds over most of A's stated range",
        "could be observed",
        "none in 4,096 runs; at most 0.90 per 1,000 runs (95 % interval)",
        "its most favourable end",
    ],
)
def test_allowed(text: str) -> None:
    assert checked(f"<p>In this model: {text}.</p>") == f"<p>In this model: {text}.</p>"


def test_what_the_file_says_is_quoted_and_not_judged() -> None:
    page = f"<p>In this model {said('stand-alone is safe')} holds.</p>"
    assert checked(page) == "<p>In this model stand-alone is safe holds.</p>"
    assert said(f"a{CLOSE}b{OPEN}") == f"{OPEN}ab{CLOSE}", "a name cannot end its own quotation"
    with pytest.raises(WordingError):
        checked(f"<p>In this model {said('x')} is safe.</p>")


def test_markup_between_letters_hides_nothing() -> None:
    assert list(problems("<p>un<b>safe</b></p>"))
    assert "unsafe" in own_words("<p>un<b>safe</b></p>")


def test_every_page_says_that_it_is_a_model() -> None:
    with pytest.raises(WordingError, match="never says 'in this model'"):
        checked("<p>It holds.</p>")


def test_a_range_is_never_odds() -> None:
    assert over_range(0.87, "A", draws=1024) == "over 87 % of the range A states"
    assert over_range(1.0, "A", draws=1024) == "in all 1,024 draws"
    assert over_range(0.0, "A", draws=64) == "in none of 64 draws"
    with pytest.raises(WordingError, match="its share is not odds"):
        over_range(0.87, "A", draws=1024, odds=True)
    row = {"reading": "R", "party": "A", "code": "holds_mostly", "share_met": 0.95}
    with pytest.raises(WordingError, match="states ranges, not odds"):
        stated_odds(row, 0.9, 0.97)
    assert stated_odds({**row, "code": "odds", "share_met": 0.72}, 0.69, 0.75) == (
        "likely under A's stated odds (0.72, 95 % interval 0.69 to 0.75)"
    )


@pytest.mark.parametrize(
    ("p", "word"),
    [
        (0.995, "virtually certain"), (0.95, "very likely"), (0.66, "likely"), (0.5, "about as likely as not"),
        (0.2, "unlikely"), (0.05, "very unlikely"), (0.001, "exceptionally unlikely"),
    ],
)  # fmt: skip
def test_words_of_likelihood_carry_their_number(p: float, word: str) -> None:
    text = stated_odds({"reading": "R", "party": "A", "code": "odds", "share_met": p}, 0.0, 1.0)
    assert text.startswith(f"{word} under A's stated odds ({p:.2f}")
    assert checked(f"<p>in this model {text}</p>")


def test_shares_near_the_ends_do_not_round_onto_them() -> None:
    assert percent(0.9995) == "more than 99 %"
    assert percent(0.0058) == "0.58 %"
    assert percent(1.0) == "100 %"


def test_none_seen_carries_its_limit() -> None:
    assert none_seen(4096) == "none in 4,096 runs; at most 0.90 per 1,000 runs (95 % interval)"
