"""The manifest of a finished study, its credibility sheet, and its export as a Workflow Run RO-Crate."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openiads.study.bench import Bench
from openiads.study.blocks import Kept
from openiads.study.lock import LookLog, now

if TYPE_CHECKING:
    from openiads.study.execute import Order, Results


def manifest_of(order: "Order", folder: Path, kept: Kept, hashes: Mapping[str, str], bench: Bench) -> dict[str, Any]:
    """What `study.json` holds when a study is complete."""
    from openiads.study.execute import FORMAT, RNG  # noqa: PLC0415 - a cycle otherwise
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
        "credibility": credibility(order, kept),
        "finished": now(),
    }


def _scenario_sha256(order: "Order") -> str | None:
    try:
        return order.study.scenario.sha256
    except Exception:  # a model of formulas has no scenario
        return None


def _seed(order: "Order") -> dict[str, Any]:
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


def credibility(order: "Order", kept: Kept) -> dict[str, Any]:
    """A sheet in the terms of NASA-STD-7009B, filled from evidence that this folder holds; levels from 0 to 4.

    There is no public referent for engagements of these systems, so that validation is never above 1.
    """
    spec = order.study.spec
    return {
        "standard": "NASA-STD-7009B, factors of its appendix; filled by the program, to be checked by a person",
        "data_pedigree": _data_pedigree(order),
        "verification": {
            "level": 2,
            "evidence": ["golden study, reference attributions and truth cases pass on this version"],
        },
        "validation": {"level": 0, "evidence": ["no public referent for engagements of these systems"]},
        "input_pedigree": {
            "level": 2 if all(p.endorsement == "signed" for p in spec.parties if p.role != "neutral") else 1,
            "evidence": [f"{p.id}: {p.endorsement}" for p in spec.parties],
        },
        "uncertainty": _uncertainty(order, kept),
        "robustness": {"level": 2, "evidence": ["threshold sweep, both ends of every range, flip sets, break-even values"]},
        "use_history": {"level": 0, "evidence": []},
        "process_control": {
            "level": 1 if order.draft else 3,
            "evidence": ["draft: nothing was registered"] if order.draft else ["registered, seed derived, looks chained"],
        },
        "people": {"level": 0, "evidence": ["not known to the program"]},
    }


def _data_pedigree(order: "Order") -> dict[str, Any]:
    graded = [s.grade for s in order.study.spec.sources if s.kind != "assumption"]
    good = sum(g[0] in "AB" for g in graded)
    placeholders = len(order.study.placeholders)
    evidence = [f"{good} of {len(graded)} sources graded A or B", f"{placeholders} placeholders"]
    return {"level": 1 if placeholders else 2, "evidence": evidence}


def _uncertainty(order: "Order", kept: Kept) -> dict[str, Any]:
    made = max(1, sum(kept.stages.values()))
    looks = ", ".join(map(str, order.sizes.looks.sizes))
    evidence = [f"{order.sizes.draws} draws", f"looks at {looks}", f"{kept.failed} of {made} runs failed"]
    return {"level": 3, "evidence": evidence}


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


def ro_crate(results: "Results") -> dict[str, Any]:
    """`ro-crate-metadata.json` of a results folder, after the Workflow Run RO-Crate profile 0.5."""
    m = results.manifest
    files = [
        {"@id": o["file"], "@type": "File", "sha256": o["sha256"], "encodingFormat": _media(o["file"])} for o in m["outputs"]
    ]
    inputs = [{"@id": "study.yaml", "@type": "File", "encodingFormat": "text/yaml", "sha256": m["identity"]["study_sha256"]}]
    software = m["identity"]["software"]
    head = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
    }
    whole = {
        "@id": "./",
        "@type": "Dataset",
        "name": m["title"],
        "datePublished": m["finished"],
        "conformsTo": {"@id": "https://w3id.org/ro/wfrun/process/0.5"},
        "hasPart": [{"@id": f["@id"]} for f in [*inputs, *files]],
        "mentions": {"@id": "#run"},
    }
    action = {
        "@id": "#run",
        "@type": "CreateAction",
        "name": f"openiads study run of {m['study']}",
        "endTime": m["finished"],
        "instrument": {"@id": "#openiads"},
        "object": [{"@id": "study.yaml"}],
        "result": [{"@id": f["@id"]} for f in files],
    }
    tool = {"@id": "#openiads", "@type": "SoftwareApplication", "name": "openiads", "softwareVersion": software["openiads"]}
    return {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": [head, whole, action, tool, *inputs, *files]}


def _media(name: str) -> str:
    return "text/csv" if name.endswith(".csv") else "application/vnd.apache.parquet"
