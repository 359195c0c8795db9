"""Packets as tshark reads them, and the comparison of their fields with what the run says."""

import json
import math
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MOST_FAULTS = 20
Fields = dict[str, list[Any]]


@dataclass(frozen=True)
class Near:
    """Numbers that may differ by at most so much, in the unit of the field."""

    values: Any
    within: float


@dataclass
class Report:
    """What was compared and what differed."""

    packets: Counter[str] = field(default_factory=Counter)
    compared: Counter[str] = field(default_factory=Counter)
    worst: dict[str, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def fault(self, text: str) -> None:
        """Note a difference."""
        self.faults.append(text)

    def lines(self) -> list[str]:
        """The report as a table and its faults."""
        found = [f"{'packet':<40} {'packets':>8} {'fields compared':>16}"]
        found += [f"{name:<40} {number:8d} {self.compared[name]:16d}" for name, number in sorted(self.packets.items())]
        found += ["largest differences:"] if self.worst else []
        found += [f"  {name:<60} {value:.3g}" for name, value in sorted(self.worst.items()) if value]
        found += [f"FAULT {text}" for text in self.faults[:MOST_FAULTS]]
        return [*found, f"{len(self.faults)} faults"]

    def compare(self, kind: str, where: str, got: Fields, wanted: Mapping[str, Any]) -> None:
        """Every field that the decoder gives: as wanted, or zero where nothing is wanted."""
        self.packets[kind] += 1
        for name, wish in wanted.items():
            if name not in got:
                self.fault(f"{where}: {kind} has no field {name}; the decoder gives {sorted(got)}")
                continue
            self._one(kind, f"{where}: {kind} {name}", name, got[name], wish)
        for name in got.keys() - wanted.keys():
            self.compared[kind] += len(got[name])
            if any(not is_zero(value) for value in got[name]):
                self.fault(f"{where}: {kind} {name} is {got[name]}, the run says nothing of it")

    def _one(self, kind: str, where: str, name: str, got: list[Any], wish: Any) -> None:
        within = wish.within if isinstance(wish, Near) else 0.0
        value = wish.values if isinstance(wish, Near) else wish
        wanted = list(value) if isinstance(value, list | tuple) else [value]
        self.compared[kind] += len(wanted)
        if len(got) != len(wanted):
            self.fault(f"{where}: {got}, wanted {wanted}")
            return
        for a, b in zip(got, wanted, strict=True):
            if isinstance(b, str):
                same = str(a) == b
            else:
                off = abs(number(a) - float(b))
                same = off <= within
                if within:
                    key = f"{kind} {name}"
                    self.worst[key] = max(self.worst.get(key, 0.0), off)
            if not same:
                self.fault(f"{where}: {a}, wanted {b}" + (f" within {within:g}" if within else ""))


def number(text: Any) -> float:
    """A number as tshark writes it."""
    if isinstance(text, bool | int | float):
        return float(text)
    try:
        return float(int(text, 16)) if text.startswith("0x") else float(text)
    except ValueError:
        return math.nan


def is_zero(value: Any) -> bool:
    """Whether a field holds nothing."""
    return value in (None, False, "") or not str(value).replace("0x", "").strip("0:.")


def packets(capture: Path, protocol: str, port: int) -> Iterator[tuple[dict[str, Any], Fields]]:
    """Frame and UDP layer, and the fields of `protocol`, of every packet."""
    command = ["tshark", "-r", str(capture), "-d", f"udp.port=={port},{protocol}", "-T", "ek", "-J", f"frame udp {protocol}"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            layers = json.loads(line).get("layers")
            if layers:
                yield {**layers.get("frame", {}), **layers.get("udp", {})}, _fields(layers.get(protocol, {}), protocol)
    if process.returncode:
        raise SystemExit(f"tshark ended with {process.returncode}: {' '.join(command)}")


def _fields(layer: Any, protocol: str) -> Fields:
    """Fields by name without the protocol's prefix; each a list, in the order of the packet."""
    found: Fields = {}
    for part in layer if isinstance(layer, list) else [layer]:
        for name, value in part.items():
            if name != "text":
                short = name.removeprefix(f"{protocol}_{protocol}_")
                found.setdefault(short, []).extend(value if isinstance(value, list) else [value])
    return found


def strange_lines(capture: Path, protocol: str, port: int) -> list[str]:
    """Lines of tshark's full text that say malformed or unknown; text that the run itself carries is passed over."""
    command = ["tshark", "-r", str(capture), "-d", f"udp.port=={port},{protocol}", "-V"]
    found = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            text = line.strip()
            if ("nknown" in text or "alformed" in text or "Undecoded" in text) and not text.startswith(
                "Datum value as text"
            ):
                found.append(text)
    return found
