"""Dependencies of the distribution, from the metadata that is installed: bill of materials and licences.

`python tools/make_sbom.py --out sbom.json` writes CycloneDX 1.6; without --out it writes `docs/reference/dependencies.md`. The exit
code is 1 when a licence is one that the distribution may not have (GPL, LGPL, AGPL, unknown).
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

EXTRAS = ("geo", "plot", "web", "interop", "cluster", "query", "doe")
REFUSED = re.compile(r"\b(?:A|L)?GPL|GNU (?:Lesser |Affero )?General Public|Unknown", re.IGNORECASE)
USUAL = {
    **dict.fromkeys(("BSD License", "BSD", "BSD 3-Clause", "3-Clause BSD License", "new BSD"), "BSD-3-Clause"),
    **dict.fromkeys(("Apache Software License", "Apache 2.0", "Apache License 2.0", "Apache License"), "Apache-2.0"),
    **dict.fromkeys(("MIT License", "MIT"), "MIT"),
    "Python Software Foundation License": "PSF-2.0",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""What packages write, as SPDX has it."""


@dataclass(frozen=True)
class Part:
    """One distribution: name, version, licence, why it is here, what it needs itself."""

    name: str
    version: str
    licence: str
    extras: tuple[str, ...]
    needs: tuple[str, ...]

    @property
    def purl(self) -> str:
        """Package URL."""
        return f"pkg:pypi/{self.name}@{self.version}"


def canonical(name: str) -> str:
    """A distribution's name as the index has it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence_of(found: Distribution) -> str:
    """SPDX expression where the package states one, else what its classifiers or its short licence field say."""
    meta = found.metadata
    expression = meta.get("License-Expression")
    if expression:
        return str(expression)
    stated = [c.split(" :: ")[-1] for c in meta.get_all("Classifier") or () if c.startswith("License ::")]
    named = [USUAL.get(name, name) for name in stated if name != "OSI Approved"]
    short = str(meta.get("License") or "").strip()
    if not named and short:
        first = short.splitlines()[0].strip()
        named = [USUAL.get(first, first[:60])]
    return " OR ".join(sorted(set(named))) or "Unknown"


def _requirements(found: Distribution, extras: tuple[str, ...]) -> Iterator[tuple[str, set[str]]]:
    for line in found.requires or ():
        wanted = Requirement(line)
        if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield canonical(wanted.name), wanted.extras


def parts(extras: tuple[str, ...] = EXTRAS) -> list[Part]:
    """Everything that `pip install openiads[...]` brings, sorted by name. Each says which extras it comes with; none: always."""
    reasons: dict[str, set[str]] = {}
    needs: dict[str, set[str]] = {}
    root = distribution("openiads")
    for extra in ("", *extras):
        todo = [("openiads", (extra,) if extra else ())]
        seen = set()
        while todo:
            name, chosen = todo.pop()
            found = root if name == "openiads" else distribution(name)
            for needed, more in _requirements(found, chosen):
                needs.setdefault(name, set()).add(needed)
                if needed in seen or needed == "openiads":
                    continue
                try:
                    distribution(needed)
                except PackageNotFoundError:
                    raise SystemExit(
                        f"{needed}, which {name} needs, is not installed here. Run `make setup` first"
                    ) from None
                seen.add(needed)
                reasons.setdefault(needed, set()).add(extra)
                todo.append((needed, tuple(sorted(more))))
    made = []
    for name in sorted(reasons):
        found = distribution(name)
        why = () if "" in reasons[name] else tuple(sorted(reasons[name]))
        made.append(Part(name, found.version, licence_of(found), why, tuple(sorted(needs.get(name, ())))))
    return made


def bill(found: list[Part]) -> dict[str, Any]:
    """CycloneDX 1.6 of the distribution and its dependencies. Same environment, same bytes."""
    version = distribution("openiads").version
    ours = {"type": "library", "bom-ref": f"pkg:pypi/openiads@{version}", "name": "openiads", "version": version}
    known = {part.name: part.purl for part in found}
    components = [
        {
            "type": "library",
            "bom-ref": part.purl,
            "name": part.name,
            "version": part.version,
            "purl": part.purl,
            "scope": "optional" if part.extras else "required",
            "licenses": [_licence(part.licence)],
        }
        for part in found
    ]
    direct = sorted({known[name] for name, _ in _requirements(distribution("openiads"), EXTRAS) if name in known})
    graph = [{"ref": ours["bom-ref"], "dependsOn": direct}]
    graph += [{"ref": part.purl, "dependsOn": sorted(known[name] for name in part.needs if name in known)} for part in found]
    main = {**ours, "purl": ours["bom-ref"], "licenses": [{"expression": "Apache-2.0"}]}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": main},
        "components": components,
        "dependencies": graph,
    }


def _licence(text: str) -> dict[str, Any]:
    """An SPDX expression where the text is one, else the name that the package gives."""
    if re.fullmatch(r"[A-Za-z0-9.+-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+-]+)*", text):
        return {"expression": text}
    return {"license": {"name": text}}


def refused(found: list[Part]) -> list[Part]:
    """Parts whose licence the distribution may not have; a choice (OR) is fine when one of its sides is."""
    return [part for part in found if all(REFUSED.search(side) for side in part.licence.split(" OR "))]


PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "dependencies.md"
HEAD = """# Dependencies and their licences

Written by `tools/make_sbom.py` from the metadata of the installed packages; none of them is part of our own files. The viewer's
page bundles other people's code, which `openiads/web/static/NOTICE.txt` names. Wheels of `rasterio`, `pyproj` and `numpy` bring
shared libraries with licences of their own (their `licenses` folders say which); we do not ship them.

"""


def page(found: list[Part]) -> str:
    """The page of the documentation."""
    return HEAD + table(found) + "\n"


def table(found: list[Part]) -> str:
    """For people."""
    rows = ["| package | licence | comes with |", "|---|---|---|"]
    rows += [f"| {part.name} | {part.licence} | {', '.join(part.extras) or 'always'} |" for part in found]
    return "\n".join(rows)


def main() -> int:
    """Write the bill, or the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=None, help="file to write, CycloneDX JSON")
    given = parser.parse_args()
    found = parts()
    if given.out:
        given.out.write_text(json.dumps(bill(found), indent=1) + "\n", encoding="utf-8")
        print(f"{given.out}: {len(found)} dependencies")
    else:
        PAGE.write_text(page(found), encoding="utf-8")
        print(PAGE)
    for part in refused(found):
        print(f"refused: {part.name} {part.version}: {part.licence}", file=sys.stderr)
    return 1 if refused(found) else 0


if __name__ == "__main__":
    sys.exit(main())
