"""From an HTML page to a PDF, by the print style of the page and a browser that is on this machine."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from openiads.errors import ResultsError

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
VARIABLE: Final = "OPENIADS_BROWSER"
SECONDS: Final = 120.0


def find_browser() -> str | None:
    """A Chromium or a browser made of it: the one that `OPENIADS_BROWSER` names, else the first on the path."""
    named = os.environ.get(VARIABLE)
    return shutil.which(named) if named else next((found for name in BROWSERS if (found := shutil.which(name))), None)


def print_pdf(page: Path, out: Path) -> Path:
    """Print a page to a PDF of A4 sheets.

    Raises
    ------
    ResultsError
        When no browser is found or it makes no PDF.
    """
    browser = find_browser()
    if browser is None:
        raise ResultsError(
            f"no Chromium or Chrome was found to make a PDF. Open {page} in any browser and print it, or name one in {VARIABLE}"
        )
    with tempfile.TemporaryDirectory() as profile:
        options = ["--headless", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={profile}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            options.append(
                "--no-sandbox"
            )  # a browser refuses its sandbox to root; the page holds no script and fetches nothing
        command = [browser, *options, f"--print-to-pdf={out.resolve()}", page.resolve().as_uri()]
        out.unlink(missing_ok=True)
        try:
            done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - no shell, fixed options
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ResultsError(f"{browser} made no PDF: {error}. Open {page} in any browser and print it") from error
    if not out.is_file() or out.stat().st_size == 0:
        last = (done.stderr.decode(errors="replace").strip().splitlines() or ["no message"])[-1]
        raise ResultsError(
            f"{browser} made no PDF (exit code {done.returncode}: {last}). Open {page} in any browser and print it"
        )
    return out
