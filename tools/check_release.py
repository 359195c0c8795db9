"""Build the distribution, and try the wheel as a stranger would: `python tools/check_release.py FOLDER [--python PYTHON ...]`.

Builds sdist and wheel (needs the package `build`) and checks that the wheel holds every file of the package. Then, for every
interpreter from 3.11 on that is found (PATH, pyenv), makes an empty environment, installs the wheel from the package index, and
runs `openiads demo` in an empty folder with the network off (`unshare -n`) and without the sources on any path. One line for each.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VERSIONS = ("3.11", "3.12", "3.13")


def build(folder: Path) -> Path:
    """The wheel, built from the sdist as pip would."""
    for old in folder.glob("openiads-*"):
        old.unlink()
    subprocess.run(
        [sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)], check=True, stdout=subprocess.DEVNULL
    )
    return next(folder.glob("*.whl"))


def missing_files(wheel: Path) -> list[str]:
    """Files of the package that the wheel lacks."""
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    source = ROOT / "src"
    files = [p.relative_to(source).as_posix() for p in source.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    return sorted(set(files) - held)


def interpreters() -> dict[str, Path | None]:
    """An interpreter of each version, from pyenv or PATH, or None."""
    found: dict[str, Path | None] = {}
    for version in VERSIONS:
        places = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
        usual = shutil.which(f"python{version}")
        found[version] = places[-1] if places else Path(usual) if usual else None
    return found


def version_of(python: Path) -> str:
    """What an interpreter says that it is."""
    code = "import platform; print(platform.python_version())"
    return subprocess.run([str(python), "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def without_network() -> list[str]:
    """What to put in front of a command so that it has no network; nothing where the system does not let us."""
    for command in (["unshare", "-n"], ["unshare", "-rn"]):
        if shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
            return command
    return []


def try_wheel(wheel: Path, python: Path, folder: Path) -> str:
    """Install and run the demonstration; what happened, in a line."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "empty").mkdir(parents=True)
    clean = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "TMPDIR": str(folder)}
    clean |= {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_"))}
    subprocess.run([str(python), "-m", "venv", str(folder / "venv")], check=True, env=clean)
    pip = [str(folder / "venv" / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", f"{wheel}[plot]"]
    subprocess.run(pip, check=True, env={**os.environ, "HOME": str(folder)}, stderr=subprocess.DEVNULL)
    offline = without_network()
    command = [*offline, str(folder / "venv" / "bin" / "openiads"), "demo"]
    began = time.perf_counter()
    done = subprocess.run(command, cwd=folder / "empty", env=clean, capture_output=True, text=True, check=False)
    took = time.perf_counter() - began
    made = sum(p.is_file() for p in (folder / "empty").rglob("*"))
    network = "network off" if offline else "NETWORK ON: unshare is not allowed here"
    if done.returncode:
        return f"FAILED with {done.returncode} after {took:.0f} s ({network}): {done.stderr[-2000:]}"
    return f"demo ended well in {took:.0f} s, {made} files ({network}, no sources)"


def main() -> int:
    """Build and try."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--python", type=Path, action="append", help="interpreter to try; all that are found unless given")
    given = parser.parse_args()
    folder = given.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    wheel = build(folder)
    missing = missing_files(wheel)
    print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB; missing of the package: {', '.join(missing) or 'nothing'}")
    failed = bool(missing)
    tried = dict(enumerate(given.python)) if given.python else interpreters()
    for name, python in tried.items():
        if python is None:
            print(f"Python {name}: not found on this machine, not tried")
            continue
        told = try_wheel(wheel, python, folder / f"try-{name}")
        failed |= told.startswith("FAILED")
        print(f"Python {version_of(python)}: {told}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
