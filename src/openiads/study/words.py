"""Levels 2 and 3 of a verdict: from shares of draws to words, for one party and between two."""

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from openiads.study.looks import Sense, Status, Statuses, clopper_pearson_bounds

Array = NDArray[np.float64]
Leaning = Literal["holds", "fails", "depends", "not_resolved", "at_the_line", "silent"]
THROUGHOUT: Final = 0.999
"""Share of draws from which a claim may hold "throughout", if it does at both extreme ends too."""

WORDS: Final[dict[str, str]] = {
    "holds_throughout": "holds throughout {party}'s stated range",
    "holds_mostly": "holds over most of {party}'s stated range",
    "depends": "depends",
    "fails_mostly": "fails over most of {party}'s stated range",
    "fails_throughout": "fails throughout {party}'s stated range",
    "not_resolved": "not resolved with the runs made",
    "at_the_line": "too close to the line to call",
    "silent": "silent",
    "odds": "holds with probability {low} to {high}",
}


CAPPED: Final = " (capped: an absolute figure)"
"""Follows a word that would be "throughout", were there any public record of engagements to hold the figure against."""


@dataclass(frozen=True)
class PartyVerdict:
    """What one party's assumptions say of one reading."""

    party: str
    code: str
    """Key of `WORDS`."""
    share_met: float
    share_resolved: float
    draws: int
    best_end: Status | None = None
    worst_end: Status | None = None
    ends_found: Literal["corners", "search", "none"] = "none"
    low: float | None = None
    high: float | None = None
    capped: bool = False

    @property
    def leaning(self) -> Leaning:
        """The word without its degree."""
        if self.code == "odds" and self.low is not None and self.high is not None:
            return "holds" if self.low >= 0.9 else "fails" if self.high <= 0.1 else "depends"
        if self.code == "odds":
            return "depends"
        return self.code.split("_")[0] if self.code.startswith(("holds", "fails")) else self.code  # type: ignore[return-value]

    @property
    def word(self) -> str:
        """The word as it is printed; an interval of stated odds stands in it."""
        text = WORDS[self.code]
        if self.code == "odds":
            return text.format(low=f"{self.low or 0.0:.2f}", high=f"{self.high or 0.0:.2f}")
        return text.format(party=self.party) + (CAPPED if self.capped else "")


def party_verdict(
    party: str,
    statuses: Statuses,
    *,
    best_end: Status | None,
    worst_end: Status | None,
    robust_share: float = 0.9,
    min_resolved_share: float = 0.98,
    ends_found: Literal["corners", "search", "none"] = "none",
    odds: bool = False,
    confidence: float = 0.95,
) -> PartyVerdict:
    """Level 2: one word from the statuses of a party's draws and of its extreme ends.

    Parameters
    ----------
    statuses : (draws,) ndarray of Status
        After the scope.
    best_end, worst_end : Status, optional
        At the end of the stated range that favours the claim most and least; None where a party states single points only.
    odds : bool
        The party states odds for every input that it disputes: the word is then a probability with its interval.
    """
    n = len(statuses)
    met, lost = float((statuses == Status.MET).mean()), float((statuses == Status.NOT_MET).mean())
    line, resolved = float((statuses == Status.AT_THE_LINE).mean()), float((statuses != Status.UNRESOLVED).mean())
    verdict = PartyVerdict(party, "depends", met, resolved, n, best_end, worst_end, ends_found)
    ends = [end for end in (best_end, worst_end) if end is not None]
    if resolved < min_resolved_share:
        return replace(verdict, code="not_resolved")
    if line >= robust_share:
        return replace(verdict, code="at_the_line")
    if odds:
        low, high = clopper_pearson_bounds(np.array([met * n]), np.array([float(n)]), confidence=confidence)
        return replace(verdict, code="odds", low=float(low[0]), high=float(high[0]))
    if met >= robust_share:
        throughout = met >= THROUGHOUT and all(end == Status.MET for end in ends)
        return replace(verdict, code="holds_throughout" if throughout else "holds_mostly")
    if lost >= robust_share:
        throughout = lost >= THROUGHOUT and all(end == Status.NOT_MET for end in ends)
        return replace(verdict, code="fails_throughout" if throughout else "fails_mostly")
    return verdict


def turns_on_ends(statuses: Statuses) -> bool:
    """Whether the word on these draws can depend on the ends of the range: every draw is met, or every one is not."""
    return any(float((statuses == status).mean()) >= THROUGHOUT for status in (Status.MET, Status.NOT_MET))


def silent_verdict(party: str) -> PartyVerdict:
    """The verdict of a party that states nothing: it is never imputed."""
    return PartyVerdict(party, "silent", float("nan"), float("nan"), 0)


def capped(verdict: PartyVerdict, *, absolute: bool) -> PartyVerdict:
    """A claim about an absolute figure is capped at "over most": no public record says how the real systems do."""
    if absolute and verdict.code == "holds_throughout":
        return replace(verdict, code="holds_mostly", capped=True)
    return verdict


def between(a: PartyVerdict, b: PartyVerdict, *, owner: str | None, offset: bool) -> str:
    """Level 3: what the two words amount to.

    Parameters
    ----------
    owner : str, optional
        The party whose claim it is.
    offset : bool
        Large contributions that cancel; see `attribution.offsets`.
    """
    pair = (a.leaning, b.leaning)
    if "silent" in pair:
        return "one party is silent"
    if "not_resolved" in pair:
        return "not resolved with the runs made"
    if "at_the_line" in pair:
        return "too close to the line to call"
    if "depends" in pair:
        return "depends"
    if pair[0] != pair[1]:
        return "disputed"
    if offset:
        return f"agreed: {pair[0]}; same answer for different reasons"
    owners = {v.party: v for v in (a, b)}
    if pair[0] == "fails" and owner in owners:
        return "agreed: fails, even under its owner's own assumptions"
    return f"agreed: {pair[0]}"


def threshold_sweep(critical_values: Array, *, sense: Sense, robust_share: float = 0.9) -> float | None:
    """Largest threshold (smallest, for <=) at which a reading still holds over the robust share of draws.

    Parameters
    ----------
    critical_values : (draws,) ndarray
        From `logic.critical`; NaN counts as never met.
    """
    n = len(critical_values)
    if n == 0:
        return None
    worst = -np.inf if sense == ">=" else np.inf
    ordered = np.sort(np.where(np.isnan(critical_values), worst, critical_values))
    needed = int(np.ceil(robust_share * n - 1e-9))
    found = float(ordered[n - needed] if sense == ">=" else ordered[needed - 1])
    return found if np.isfinite(found) else None
