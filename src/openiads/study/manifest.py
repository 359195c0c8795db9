"""The manifest of a finished study, and its credibility sheet as a page."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openiads.study.bench import Bench
from openiads.study.blocks import Kept
from openiads.study.evidence import credibility
from openiads.study.lock import LookLog, now
from openiads.study.order import FORMAT, RNG, Order

if TYPE_CHECKING:
    from openiads.study.opened import Results


def manifest_of(order: Order, folder: Path, kept: Kept, hashes: Mapping[str, str], bench: Bench) -> dict[str, Any]:
    """What `study.json` holds when a study is complete."""
    from openiads.study.tables import digest  # noqa: PLC0415

    spec, lock = order.study.spec, order.lock
    made = sum(kept.stages.values())
    return {
        "openiads_study_results": FORMAT,
        "status": "complete",
        "study": spec.study.id,
        "title": spec.study.title,
        "draft": order.draft,
        "file": str(order.study.path.resolve()) if order.study.path is not None else None,
        "identity": {**order.identity(), "model": kept.model.name},
        "scenario_sha256": _scenario_sha256(order),
        "sources": [{"id": s.id, "sha256": s.sha256, "grade": s.grade} for s in spec.sources],
        "seed": _seed(order),
        "rng": RNG,
        "design_sha256": bench.design.sha256,
        "runs": {"planned": made, "done": made, "failed": kept.failed, "by_stage": dict(sorted(kept.stages.items()))},
        "looks": {"file": "looks.jsonl", "last": _last(folder)},
        "outputs": [{"file": name, "sha256": value} for name, value in sorted(hashes.items())],
        "digest": digest(folder)[0],
        "signatures": {p.id: p.endorsement for p in spec.parties},
        "placeholders": list(order.study.placeholders),
        "amendments": [] if lock is None else [{k: v for k, v in a.items() if k != "text"} for a in lock.data["amendments"]],
        "silent": list(bench.silent),
        "overrides": [],
        "credibility": credibility(order, kept, folder),
        "finished": now(),
    }


def _scenario_sha256(order: Order) -> str | None:
    try:
        return order.study.scenario.sha256
    except Exception:  # a model of formulas has no scenario
        return None


def _seed(order: Order) -> dict[str, Any]:
    if order.lock is None:
        return {"study": order.seed, "how": "the study file states it (draft)"}
    return {
        "study": order.seed,
        "how": "sha256(lock || revealed values in the order of party ids), first eight bytes",
        "commitments": dict(order.lock.data["commitments"]),
        "revealed": dict(order.lock.data["revealed"]),
    }


def _last(folder: Path) -> str | None:
    lines = LookLog(folder / "looks.jsonl").lines()
    return str(lines[-1]["sha256"]) if lines else None


def style_sheet(results: "Results") -> str:
    """The credibility sheet as Markdown, for the report and the archive."""
    sheet = results.manifest["credibility"]
    lines = [
        f"# Credibility of {results.manifest['study']}, in this model",
        "",
        sheet["standard"],
        "",
        "| Factor | Level | Evidence |",
        "|---|---|---|",
    ]
    for name, entry in sheet.items():
        if isinstance(entry, dict):
            lines.append(f"| {name.replace('_', ' ')} | {entry['level']} of 4 | {'; '.join(entry['evidence']) or '-'} |")
    return "\n".join(lines) + "\n"
