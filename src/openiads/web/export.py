"""The page and a run in one file that opens from disk, with no server and no network."""

import base64
import hashlib
import html
import json
from importlib.resources import files
from pathlib import Path
from typing import Final

from openiads.results.files import write_whole
from openiads.web.payload import JSON, Payload

PER_RUN: Final = ("truth.arrow", "series.json", "coverage.json")
PER_REPLICATION: Final = ("scene.json", "tracks.arrow")


def export_page(payload: Payload, out: Path, *, replications: tuple[int, ...] = (0,)) -> Path:
    """Write the page with all its data inside: the runs of `payload`, of each the `replications` named (those it has).

    Only the page's own script may run (its hash is in the policy) and nothing may be loaded.
    """
    static = files("openiads.web") / "static"
    script = (static / "app.js").read_text(encoding="utf-8").replace("</script", "<\\/script")
    style = (static / "app.css").read_text(encoding="utf-8").replace("</style", "<\\/style")
    page = (static / "index.html").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data: blob:; "
        "connect-src 'none'; base-uri 'none'; form-action 'none'"
    )
    data = "".join(_block(payload, name) for name in _names(payload, replications))
    meta = f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy)}">'
    page = page.replace("<!-- policy -->", meta)
    page = page.replace('<link rel="stylesheet" href="app.css">', f"<style>{style}</style>")
    page = page.replace('<script src="app.js" defer></script>', "")
    page = page.replace("</body>", f"{data}<script>{script}</script></body>")
    write_whole(out, page.encode())
    return out


def _names(payload: Payload, replications: tuple[int, ...]) -> list[str]:
    found = ["config.json", "world.json"]
    if payload.terrain is not None:
        found.append("hillshade.png")
    for number, shown in enumerate(payload.runs):
        span = shown.run.reader.manifest.span()
        found += [f"run/{number}/{name}" for name in PER_RUN]
        found += [f"run/{number}/{k}/{name}" for k in replications if k in span for name in PER_REPLICATION]
    return found


def _block(payload: Payload, name: str) -> str:
    found = payload.get(name)
    if found is None:
        return ""
    kind, content = found
    if kind == JSON:
        json.loads(bytes(content))  # what is written into the page is data
        text = bytes(content).decode().replace("<", "\\u003c")
    else:
        text = base64.b64encode(bytes(content)).decode()
    return f'<script type="{kind}" data-name="{html.escape(name)}">{text}</script>\n'


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
