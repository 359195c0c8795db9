"""Results of cases, by topic, as lines for people."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from openiads.verify.cases import Case


@dataclass(frozen=True)
class Result:
    """What became of one case. `error` is in units of the tolerance: up to 1 passes."""

    case: Case
    built: bool
    error: float
    message: str

    @property
    def passed(self) -> bool:
        """Whether every expected value was met."""
        return self.built and self.error <= 1.0


@dataclass(frozen=True)
class Topic:
    """The cases of one topic: how many passed, failed or have nothing to answer them, and the worst error of those tried."""

    name: str
    passed: int
    failed: int
    not_built: int
    worst: float


def summarize(results: Iterable[Result]) -> tuple[Topic, ...]:
    """One row per topic, in the order in which topics first appear."""
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(result.case.topic, []).append(result)
    return tuple(_topic(name, group) for name, group in groups.items())


def _topic(name: str, group: Sequence[Result]) -> Topic:
    tried = [result for result in group if result.built]
    passed = sum(result.passed for result in tried)
    worst = max((result.error for result in tried), default=0.0)
    return Topic(name, passed, len(tried) - passed, len(group) - len(tried), worst)


def counts(topics: Iterable[Topic]) -> tuple[int, int, int]:
    """Cases passed, failed and not built, over all topics."""
    rows = tuple(topics)
    return sum(t.passed for t in rows), sum(t.failed for t in rows), sum(t.not_built for t in rows)


def report_lines(results: Sequence[Result]) -> list[str]:
    """A table by topic, then one line per failure, then the totals. Errors are in units of the tolerance of each case."""
    topics = summarize(results)
    width = max([len("topic"), *(len(topic.name) for topic in topics)])
    lines = [f"{'topic':<{width}}  passed  failed  worst error"]
    for topic in topics:
        missing = f"not built: {topic.not_built} case{'s' if topic.not_built > 1 else ''}" if topic.not_built else ""
        if topic.passed + topic.failed == 0:
            lines.append(f"{topic.name:<{width}}  {missing}")
            continue
        row = f"{topic.name:<{width}}  {topic.passed:>6}  {topic.failed:>6}  {error_text(topic.worst):>11}"
        lines.append(f"{row}  {missing}".rstrip())
    lines += [f"failed: {r.case.topic}: {r.case.id}: {r.message}" for r in results if r.built and not r.passed]
    lines += [f"not built: {r.case.topic}: {r.case.id}: {r.message}" for r in results if not r.built and r.message]
    passed, failed, missing_cases = counts(topics)
    lines.append(f"{len(results)} cases: {passed} passed, {failed} failed, {missing_cases} not built")
    return lines


def error_text(error: float) -> str:
    """An error in units of the tolerance, short."""
    return "none" if error == 0.0 else "no match" if math.isinf(error) else f"{error:.2g}"
