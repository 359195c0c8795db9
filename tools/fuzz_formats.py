"""Feed damaged input to every reader: `python tools/fuzz_formats.py RUN [--inputs N] [--key K] [--json FILE] [TARGET ...]`.

Each reader runs in a process of its own, in which an `OpeniadsError` is an answer and anything else a crash. Atheris
(coverage-guided, libFuzzer) is used where it is installed (`pip install atheris`), else a keyed mutator. One line per reader:
inputs tried, how many were taken and refused, crashes, growth of memory, longest time of one input. Ends with 1 when there was a
crash; the input that did it is kept in --keep. `--json docs/reference/fuzz.json` also notes each try there, one for each reader,
engine and key; `tools/make_fuzz_page.py` makes the table of the docs out of it.
"""

import argparse
import importlib.util
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
LONGEST_S = 20
MOST_GROWTH_MB = 1024
NOTE_EVERY = 200


class Counter:
    """Feeds one reader and notes what came of it in a file, since a fuzzing engine may end the process at any time."""

    def __init__(self, target: Any, note: Path, keep: Path) -> None:
        self.target, self.note, self.keep = target, note, keep
        self.tried = self.taken = self.refused = 0
        self.longest_s = 0.0
        self.before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def feed(self, data: bytes) -> None:
        """One input; what the reader should not raise is kept and raised again."""
        from openiads.errors import OpeniadsError

        began = time.perf_counter()
        signal.alarm(LONGEST_S)
        try:
            self.target.read(data)
            self.taken += 1
        except OpeniadsError as error:
            self.refused += 1
            if not str(error):
                raise AssertionError("an error without a message") from error
        except BaseException:
            (self.keep / f"{self.target.name.replace(' ', '-')}-{self.tried}").write_bytes(data)
            raise
        finally:
            signal.alarm(0)
            self.tried += 1
            self.longest_s = max(self.longest_s, time.perf_counter() - began)
        if self.tried % NOTE_EVERY == 0:
            self.write()

    def write(self) -> None:
        """What was seen so far."""
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - self.before_kb) / 1024
        found = {
            "tried": self.tried,
            "taken": self.taken,
            "refused": self.refused,
            "longest_s": self.longest_s,
            "grown_mb": grown,
        }
        self.note.write_text(json.dumps(found))


def _too_long(_number: int, _frame: Any) -> None:
    raise TimeoutError(f"one input took longer than {LONGEST_S} s")


def one(run: Path, name: str, *, inputs: int, engine: str, key: int, note: Path, keep: Path) -> None:
    """Fuzz one reader in this process."""
    signal.signal(signal.SIGALRM, _too_long)
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        if engine == "atheris":
            import atheris

            with atheris.instrument_imports(include=["openiads"]):
                target = _target(run, name, Path(folder))
                _warm(target)
        else:
            target = _target(run, name, Path(folder))
            _warm(target)
        counter = Counter(target, note, keep)
        counter.write()
        if engine == "atheris":
            corpus = Path(folder) / "corpus"
            corpus.mkdir()
            for number, sample in enumerate(target.samples):
                (corpus / str(number)).write_bytes(sample)
            longest = 2 * max(map(len, target.samples))
            options = [
                f"-runs={inputs}",
                f"-max_len={min(longest, 1 << 20)}",
                "-rss_limit_mb=3000",
                "-verbosity=0",
                f"-seed={key}",
            ]
            atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={keep}/", str(corpus)], counter.feed)
            atheris.Fuzz()
            return
        from fuzz.mutate import mutations

        for data in mutations(target.samples, inputs, key=key):
            counter.feed(data)
        counter.write()


def _target(run: Path, name: str, folder: Path) -> Any:
    from fuzz.targets import targets

    return targets(run, folder)[name]()


def _warm(target: Any) -> None:
    """Good samples are taken, and import what they need before memory is measured."""
    from openiads.errors import OpeniadsError

    for sample in target.samples:
        try:
            target.read(sample)
        except OpeniadsError as error:
            if len(target.samples) == 1:
                raise SystemExit(f"{target.name}: its own sample is refused: {error}") from error


def fuzz(run: Path, name: str, *, inputs: int, engine: str, key: int, keep: Path) -> dict[str, Any]:
    """Fuzz one reader in a process of its own and give what it noted."""
    with tempfile.TemporaryDirectory() as folder:
        note = Path(folder) / "note.json"
        command = [
            sys.executable,
            __file__,
            str(run),
            name,
            "--one",
            str(note),
            "--inputs",
            str(inputs),
            "--engine",
            engine,
            "--key",
            str(key),
        ]
        environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
        began = time.process_time(), time.perf_counter()
        done = subprocess.run([*command, "--keep", str(keep)], env=environment, capture_output=True, text=True, check=False)
        found: dict[str, Any] = json.loads(note.read_text()) if note.is_file() else {"tried": 0}
        found |= {"wall_s": time.perf_counter() - began[1], "crashed": done.returncode != 0, "end": _end_of(done.stderr)}
    return found


def _end_of(errors: str) -> str:
    """The last lines that are not the engine's chatter."""
    return "\n".join([line for line in errors.splitlines() if not line.startswith(("INFO:", "WARNING:"))][-30:])


def keep_totals(path: Path, name: str, engine: str, key: int, found: dict[str, Any]) -> None:
    """Put one try into the file of totals; the same reader, engine and key once more replaces what stood there."""
    from openiads import __version__

    tries = json.loads(path.read_text(encoding="utf-8"))["tries"] if path.is_file() else []
    mine = {"reader": name, "engine": engine, "key": key}
    tries = [old for old in tries if any(old[field] != value for field, value in mine.items())]
    figures = {field: found.get(field, 0) for field in ("tried", "taken", "refused")}
    measured = {"grown_mb": round(found.get("grown_mb", 0.0)), "longest_ms": round(1000 * found.get("longest_s", 0.0))}
    tries.append(
        {**mine, **figures, "crashes": int(found["crashed"]), **measured, "version": _version_of(engine, __version__)}
    )
    tries.sort(key=lambda one: (one["reader"], one["engine"], one["key"]))
    path.write_text(json.dumps({"tries": tries}, indent=1) + "\n", encoding="utf-8")


def _version_of(engine: str, ours: str) -> str:
    from importlib.metadata import version

    return f"atheris {version('atheris')}" if engine == "atheris" else f"openiads {ours}"


def main() -> int:
    """Fuzz and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="folder of a finished run, for samples")
    parser.add_argument("target", nargs="*", help="readers; all unless given")
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--engine", choices=["auto", "atheris", "mutations"], default="auto")
    parser.add_argument("--key", type=int, default=9, help="another key, other inputs")
    parser.add_argument("--json", type=Path, help="note the totals in this file, beside what stands there")
    parser.add_argument("--keep", type=Path, default=Path("crashes"), help="folder for inputs that crash")
    parser.add_argument("--one", type=Path, default=None, help=argparse.SUPPRESS)
    given = parser.parse_intermixed_args()
    sys.path.insert(0, str(HERE))
    there = importlib.util.find_spec("atheris") is not None
    engine = ("atheris" if there else "mutations") if given.engine == "auto" else given.engine
    given.keep.mkdir(parents=True, exist_ok=True)
    if given.one:
        asked = {"inputs": given.inputs, "engine": engine, "key": given.key}
        one(given.run.resolve(), given.target[0], **asked, note=given.one, keep=given.keep)
        return 0
    from fuzz.targets import targets

    crashes = 0
    print(
        f"| reader ({engine}) | inputs | taken | refused | crashes | memory grown, MB | longest, ms | wall, s |\n|{'---|' * 8}"
    )
    for name in given.target or targets(given.run, Path()):
        found = fuzz(given.run.resolve(), name, inputs=given.inputs, engine=engine, key=given.key, keep=given.keep)
        crashes += found["crashed"]
        if given.json:
            keep_totals(given.json, name, engine, given.key, found)
        cells = [found.get(key, 0) for key in ("tried", "taken", "refused")]
        cells += [
            int(found["crashed"]),
            round(found.get("grown_mb", 0)),
            round(1000 * found.get("longest_s", 0)),
            round(found["wall_s"]),
        ]
        print(f"| {name} | {' | '.join(map(str, cells))} |", flush=True)
        if found["crashed"]:
            print(found["end"], file=sys.stderr)
    return 1 if crashes else 0


if __name__ == "__main__":
    sys.exit(main())
