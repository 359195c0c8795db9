"""Wording rules of a study report, kept by the program: what a page may say of a number, and what it never says.

The rules are those of the study method: a stated range is never turned into odds, words of likelihood stand with their number and
only where a party states odds, nothing is "safe", and nothing is ranked. Text of the study file (claims, names, labels)
is quoted and is not ours to judge: `said` marks it, and the check leaves it out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from openiads.results.wording import significant

OPEN, CLOSE = "\ue000", "\ue001"
"""Around text of the study file while a page is made; taken out at the end."""

FIGURES: Final = 2
HERE: Final = "in this model"
IPCC: Final = (
    (0.99, "virtually certain"),
    (0.90, "very likely"),
    (0.66, "likely"),
    (0.33, "about as likely as not"),
    (0.10, "unlikely"),
    (0.01, "very unlikely"),
    (0.0, "exceptionally unlikely"),
)
"""From which probability each word holds. Source: M. D. Mastrandrea et al., IPCC guidance note on uncertainties, 2010, table 1."""


class WordingError(Exception):
    """A page would say what it may not: a defect of the program, not of the user's input."""


@dataclass(frozen=True)
class Rule:
    """One thing that is never said: a pattern, and what to say instead."""

    pattern: re.Pattern[str]
    instead: str


def _rule(pattern: str, instead: str) -> Rule:
    return Rule(re.compile(pattern, re.IGNORECASE), instead)


NEVER: Final = (
    _rule(r"\b(?:un)?safe(?:r|st|ly|ty)?\b", "there is no overall verdict; name the measure and its limit"),
    _rule(
        r"\b(?:winn\w*|wins|won|loser|outperform\w*|superior(?:ity)?|inferior(?:ity)?)\b",
        "systems and parties are not ranked",
    ),
    _rule(r"\brank(?:ed|ing|s)?\b", "systems and parties are not ranked"),
    _rule(
        r"\b(?:best|better|worst|worse) (?:product|system|missile|radar|party|side|aircraft)\b", "products are not ranked"
    ),
    _rule(r"\d\s*%\s*(?:likely|probable|certain|sure|chance|odds)", "over so much of the range that a party states"),
    _rule(r"\b(?:odds|chances?|probability) (?:are|is) \d", "over so much of the range that a party states"),
    _rule(r"\bprobab(?:le|ly)\b", "give the share of the stated range, or the stated odds with their interval"),
    _rule(
        r"\blikely\b(?!(?: as not)? under \S+ stated odds \()",
        "a word of likelihood needs stated odds and the number beside",
    ),
    _rule(
        r"\bvirtually certain\b(?! under \S+ stated odds \()", "a word of likelihood needs stated odds and the number beside"
    ),
    _rule(r"\bwill\b", "in so many of the simulated runs"),
    _rule(r"\b(?:zero|impossible)\b", "none in n runs; at most so many"),
    _rule(r"\bno difference\b", "not resolved with the runs made"),
    _rule(r"\bequals?\b", "too close to the line to call"),
    _rule(r"\b(?:false|untrue|a lie)\b", "fails even under the assumptions of the party that makes it"),
    _rule(r"\b(?:would be learned|leaked)\b", "could be observed"),
    _rule(r"\b(?:shows that|prov(?:e|es|ed|en|ing)|proof)\b", "in this model"),
    _rule(r"%\s*of\s+(?:a|the|its|their)?\s*\d+(?:\.\d+)?\s*%", "no percent of a percent"),
)
"""What no page says of its own accord."""


def said(text: object) -> str:
    """Text of the study file, marked as such: it is shown as it stands, escaped, and no wording rule applies to it."""
    plain = str(text).replace(OPEN, "").replace(CLOSE, "")
    return f"{OPEN}{plain}{CLOSE}"


def unmarked(text: str) -> str:
    """A text without the marks of `said`."""
    return text.replace(OPEN, "").replace(CLOSE, "")


def own_words(html: str) -> str:
    """What a page says of its own accord: its text and what is read aloud for pictures, without quotations and style."""
    text = re.sub(rf"{OPEN}[^{CLOSE}]*{CLOSE}", "\N{HORIZONTAL ELLIPSIS}", html)
    text = re.sub(r"<style>.*?</style>", " ", text, flags=re.DOTALL)
    aloud = " ".join(re.findall(r'\b(?:title|alt|aria-label)="([^"]*)"', text))
    text = re.sub(r"</?(?:a|b|i|em|strong|span|sup|sub|code|q|title|desc)\b[^>]*>", "", text)
    text = re.sub(r"<[^>]*>", "\n", text)
    return f"{text}\n{aloud}"


def problems(html: str) -> Iterator[str]:
    """Breaches of the rules in a page or a text, one line each."""
    for line in own_words(html).splitlines():
        for rule in NEVER:
            found = rule.pattern.search(line)
            if found is not None:
                yield f"{found.group(0)!r} in {line.strip()[:120]!r}: say instead: {rule.instead}"


def checked(html: str) -> str:
    """A page that keeps the rules, with the marks of `said` taken out.

    Raises
    ------
    WordingError
        When it says what it may not, or never says that all of it holds in this model.
    """
    found = list(problems(html))
    if found:
        raise WordingError("\n".join(found[:20]))
    if HERE not in own_words(html).lower():
        raise WordingError(f"the page never says {HERE!r}")
    return unmarked(html)


def stated_odds(row: dict[str, Any], low: float, high: float, *, confidence: float = 0.95) -> str:
    """A verdict of a party that states odds for everything, in a word with its number.

    Raises
    ------
    WordingError
        When the party states ranges: a share of a range is not a probability.
    """
    if row["code"] != "odds":
        raise WordingError(f"{row['reading']}: {row['party']} states ranges, not odds; say over how much of the range")
    p = float(row["share_met"])
    word = next(word for least, word in IPCC if p >= least)
    interval = f"{100 * confidence:.0f} % interval {low:.2f} to {high:.2f}"
    return f"{word} under {row['party']}'s stated odds ({p:.2f}, {interval})"


def over_range(share: float, party: str, *, draws: int, odds: bool = False) -> str:
    """How much of what a party states meets a reading. A share of draws of a range is no probability and is never called one.

    Raises
    ------
    WordingError
        When odds are asked for: a range has none.
    """
    if odds:
        raise WordingError(f"{party} states a range; its share is not odds")
    if share <= 0.0:
        return f"in none of {draws:,} draws"
    if share >= 1.0:
        return f"in all {draws:,} draws"
    return f"over {percent(share)} of the range {party} states"


def percent(share: float) -> str:
    """A share in percent with two significant figures; close to the ends it does not round onto them."""
    value = 100.0 * share
    if 99.0 < value < 100.0:
        return "more than 99 %"
    return f"{significant(value, FIGURES)} %"


def none_seen(runs: int) -> str:
    """Words for an event that did not occur: the two-sided 97.5 % point of a count of none, per thousand runs.

    Source: F. Garwood, Biometrika 28, 1936: the upper limit of a Poisson mean after a count of 0 is 3.689.
    """
    return f"none in {runs:,} runs; at most {significant(3.689 / runs * 1000.0, FIGURES)} per 1,000 runs (95 % interval)"


def joined(words: list[str], last: str = "and") -> str:
    """Words in a row: `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""


def plain(name: str) -> str:
    """An id as people read it."""
    return name.replace("_", " ").replace("-", " ")
