"""The invitation pack: terms, an agenda from the attribution, and a blank position sheet for each party."""

from openiads.study.opened import Results
from openiads.study.spec import StudySpec
from openiads.study.tables import read_table


def invitation(results: Results | None, spec: StudySpec) -> dict[str, str]:
    """Files of the pack by name; with results the agenda follows from them."""
    files = {"terms.md": _terms(spec), "agenda.md": _agenda(results, spec)}
    for party in spec.parties:
        files[f"positions-{party.id}.yaml"] = _sheet(spec, party.id)
    return files


def _terms(spec: StudySpec) -> str:
    lines = [
        f"# Terms of reference: {spec.study.title}",
        "",
        spec.study.question.strip(),
        "",
        f"Custodian: {spec.study.custodian}. Intended use: {spec.study.intended_use}",
        "",
        "Not for:",
        *[f"- {text}" for text in spec.study.not_for],
        "",
        "How it works:",
        "1. Each party fills in its position sheet, accepts or adds readings, and says what it expects.",
        "2. The study file is frozen: hash, signatures, and a commitment of each party to a hidden value.",
        "3. The values are revealed, the seed follows from all of them, and the study is run with planned looks only.",
        "4. Every word is published, also against the party that made the claim. Amendments stand beside what was registered.",
        "5. Each party may run the registered study on its own values in its own building and publish words and hashes only.",
        "",
        "All results hold in this model. There is no overall verdict.",
        "",
        "Claims:",
    ]
    for claim in spec.claims:
        lines.append(f'- {claim.id} ({claim.owner}; {claim.testability.replace("_", " ")}): "{claim.text}"')
        if claim.why:
            lines.append(f"  Left out: {claim.why}")
    return "\n".join(lines) + "\n"


def _agenda(results: Results | None, spec: StudySpec) -> str:
    lines = [f"# Agenda: {spec.study.title}", ""]
    labels = _players(spec)
    if results is None:
        lines += ["No run yet: all disputed assumptions are on the agenda.", ""]
        lines += [f"- {player}: {'; '.join(texts)}" for player, texts in labels.items()]
        return "\n".join(lines) + "\n"
    rows = [r for r in read_table(results.folder, "agenda") if r["number"] == 0]
    lines += [_preface(results, settled=bool(rows)), ""]
    for reading in dict.fromkeys(r["reading"] for r in rows):
        items = [r["player"] for r in rows if r["reading"] == reading]
        lines += [f"## {reading}", "", *[f"- {p}: {'; '.join(labels.get(p, []))}" for p in dict.fromkeys(items)], ""]
    told = [r["sentence"] for r in read_table(results.folder, "comparisons") if r["sentence"] and r["material"]]
    lines += ["## What the differences turn on", "", *[f"- {text}" for text in told]]
    safe = [r["choice"] for r in read_table(results.folder, "safeguards") if r["acceptable_to_all"]]
    if safe:
        lines += ["", "## Arrangements under which the limits of all parties hold", "", *[f"- {choice}" for choice in safe]]
    return "\n".join(lines) + "\n"


def _preface(results: Results, *, settled: bool) -> str:
    """What the agenda rests on, or why there is none."""
    if settled:
        return "In this model, settling these items, whichever way each goes, leaves no material disagreement:"
    compared = read_table(results.folder, "comparisons")
    open_ones = [r["reading"] for r in compared if str(r["between"]).startswith("not resolved")]
    if open_ones:
        return f"No agenda yet: {', '.join(dict.fromkeys(open_ones))} not resolved with the runs made. Run more draws."
    if any(r["material"] for r in compared):
        return "There are disagreements, but no table of coalitions was run from which an agenda would follow."
    return "In this model there is no material disagreement to settle."


def _players(spec: StudySpec) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for a in spec.assumptions:
        if a.disputed and a.player is not None:
            found.setdefault(a.player, []).append(f"{a.label} [{a.unit}]")
    return found


def _sheet(spec: StudySpec, party: str) -> str:
    """A blank sheet: bounds and yardsticks are given, positions are not, so that nobody is led."""
    lines = [
        f"# Positions of party {party} on {spec.study.id}. Fill in one form each: value, interval, dist or weights.",
        "positions:",
    ]
    for a in spec.assumptions:
        bounds = (", " if a.scale == "categorical" else " to ").join(str(v) for v in a.admissible)
        lines += [
            f"  {a.id}:  # {a.label} [{a.unit}], admissible {bounds}",
            "    # interval: [ , ]",
            "    basis: stated",
            "    sources: []",
            "    note:",
        ]
    lines.append("readings:  # which readings you accept, and what you expect: holds, fails, depends")
    for claim in spec.claims:
        for reading in claim.readings:
            said = reading.label or (claim.text if reading.bridging is None else f"{reading.bridging}: {reading.expect}")
            lines += [f"  {reading.id}:  # {' '.join(said.split())}", "    accept:", "    expect:"]
    return "\n".join(lines) + "\n"
