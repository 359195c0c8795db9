"""Write `docs/reference/verification.md`: what `openiads verify` finds. A test fails when the page is stale."""

from pathlib import Path

from openiads.verify import load_cases, report_lines, summarize, verify
from openiads.verify.report import counts

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "verification.md"
HEAD = """# Verification

Written by `tools/make_verification_page.py`; run it again after a change of the formulas or of the pack.

`openiads verify` runs a pack of truth cases against the public functions: values that others printed, values of other
programmes, and values that we worked out with 50 digits or in closed form. A case passes when
|value - expected| <= atol + rtol |expected| with the tolerances that the case states, for every element. A *negative control* is
a case where a public code or text is known to be wrong: its expected value is the right one, to be met like any other.

`openiads verify --cases FILE` runs any file of the same form: a JSON object with a list `cases`, each with `id`, `topic`,
`inputs` (units in the names), `expected`, and `rtol` or `atol` or both. Exit code 0: all pass; 1: a case fails or has nothing to
answer it (`--allow-missing` lets the latter pass); 2: the file cannot be read.

That the formulas are right says nothing about the figures that go into them, nor about the model as a whole.

| topic | cases | passed | failed | not built | negative controls | source of the first case |
|---|---|---|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    results = verify(load_cases())
    topics = summarize(results)
    lines = []
    for topic in topics:
        cases = [result.case for result in results if result.case.topic == topic.name]
        controls = sum(case.negative_control for case in cases)
        source = cases[0].source.replace("|", "\\|")
        lines.append(
            f"| `{topic.name}` | {len(cases)} | {topic.passed} | {topic.failed} | {topic.not_built} | {controls or ''} | {source} |"
        )
    passed, failed, missing = counts(topics)
    total = f"\n{len(results)} cases: {passed} passed, {failed} failed, {missing} not built.\n"
    failures = [line for line in report_lines(results) if line.startswith("failed: ")]
    return HEAD + "\n".join(lines) + "\n" + total + "".join(f"\n- {line}" for line in failures)


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page())
    print(PAGE)
