"""A results folder as a Process Run Crate, for archives: `ro-crate-metadata.json`.

Source: RO-Crate 1.1 (w3id.org/ro/crate/1.1) and the Process Run Crate profile 0.5 of the Workflow Run RO-Crate collection.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from openiads.study.lock import LookLog

if TYPE_CHECKING:
    from openiads.study.opened import Results

Entity = dict[str, Any]
PROFILE: Final = "https://w3id.org/ro/wfrun/process/0.5"
CRATE: Final = "https://w3id.org/ro/crate/1.1"
INPUTS: Final = ("study.yaml", "scenario.yaml", "registration.json")
BESIDE: Final = ("study.json", "looks.jsonl", "overrides.jsonl", "credibility.md", "one-page.html", "report.html")
MEDIA: Final = {
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".yaml": "application/yaml",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".lock": "application/json",
    ".md": "text/markdown",
    ".html": "text/html",
}


def ro_crate(results: "Results") -> dict[str, Any]:
    """The metadata of a results folder: what went in, what came out, made with what, when."""
    m, folder = results.manifest, results.folder
    inputs = [_file(folder, name) for name in INPUTS if (folder / name).is_file()]
    outputs = [_file(folder, o["file"]) for o in m["outputs"]]
    outputs += [_file(folder, name) for name in BESIDE if (folder / name).is_file()]
    return {
        "@context": f"{CRATE}/context",
        "@graph": [*_heads(results, [*inputs, *outputs]), *_run(results, inputs, outputs), *inputs, *outputs],
    }


def _file(folder: Path, name: str) -> Entity:
    from openiads.results.files import read_bytes, sha256_hex  # noqa: PLC0415

    data = read_bytes(folder / name)
    kind = MEDIA[Path(name).suffix]
    return {
        "@id": name,
        "@type": "File",
        "name": name,
        "encodingFormat": kind,
        "contentSize": str(len(data)),
        "sha256": sha256_hex(data),
    }


def _heads(results: "Results", files: list[Entity]) -> list[Entity]:
    m = results.manifest
    about = results.study().spec.study
    return [
        {
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": CRATE},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": m["title"],
            "description": f"{about.question.strip()} Results in this model only. {about.intended_use.strip()}",
            "datePublished": m["finished"],
            "license": {"@id": "#licence"},
            "conformsTo": {"@id": PROFILE},
            "hasPart": [{"@id": f["@id"]} for f in files],
            "mentions": {"@id": "#run"},
        },
        {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
        {
            "@id": "#licence",
            "@type": "CreativeWork",
            "name": "As the custodian of the study decides",
            "description": f"Custodian: {about.custodian}",
        },
    ]


def _run(results: "Results", inputs: list[Entity], outputs: list[Entity]) -> list[Entity]:
    m = results.manifest
    software = m["identity"]["software"]
    looks = LookLog(results.folder / "looks.jsonl").lines()
    action: Entity = {
        "@id": "#run",
        "@type": "CreateAction",
        "name": f"openiads study run of {m['study']}",
        "description": f"{m['runs']['done']} runs, seed {m['seed']['study']}, digest of the tables {m['digest']}",
        "endTime": m["finished"],
        "instrument": {"@id": "#openiads"},
        "agent": {"@id": "#custodian"},
        "object": [{"@id": f["@id"]} for f in inputs],
        "result": [{"@id": f["@id"]} for f in outputs],
        "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
    }
    if looks:
        action["startTime"] = looks[0]["at"]
    needs = [
        {"@id": f"#{name}", "@type": "SoftwareApplication", "name": name, "version": str(v)}
        for name, v in software.items()
        if name in LIBRARIES
    ]
    tool = {
        "@id": "#openiads",
        "@type": "SoftwareApplication",
        "name": "openiads",
        "version": software["openiads"],
        "softwareRequirements": [{"@id": n["@id"]} for n in needs],
    }
    custodian = {"@id": "#custodian", "@type": "Organization", "name": results.study().spec.study.custodian}
    return [action, tool, *needs, custodian]


LIBRARIES: Final = ("python", "numpy", "scipy", "numba")
"""What the runs depend on besides the program itself."""
