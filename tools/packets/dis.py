"""DIS packets of a run: what each field must hold, from the run's tables and paths."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from openiads.interop.dis import enumerations as siso
from openiads.interop.dis.export import ascii_text
from openiads.interop.source import Source
from packets.reading import Fields, Near, Report, packets, strange_lines

PORT = 3000
NAMES = {
    1: "Entity State", 2: "Fire", 3: "Detonation", 13: "Start/Resume", 14: "Stop/Freeze", 19: "Set Data", 22: "Comment",
    23: "Electromagnetic Emission", 25: "Transmitter", 26: "Signal", 28: "IFF",
}  # fmt: skip
FAMILIES = {1: 1, 2: 2, 3: 2, 13: 5, 14: 5, 19: 5, 22: 5, 23: 6, 25: 4, 26: 4, 28: 6}
RESULTS = {"killed": 1, "missed": 32, "track_lost": 31, "out_of_envelope": 31, "target_gone": 6}
SIDES = {"friendly": 1, "hostile": 2, "neutral": 3}
TYPE_FIELDS = ("entityKind", "entityDomain", "country", "subcategory", "specific", "extra")
PATH_WITHIN_M = 2e-3
"""A capture has whole microseconds, so an object of 1 km/s may be 1 mm on."""

CLOCK_WITHIN_S = 1.1e-3
"""tshark cuts the clock time of Start and Stop to milliseconds."""

Wanted = dict[str, Any]


def compare(source: Source, capture: Path, report: Report, *, exercise: int, emitter: int | None) -> None:
    """Compare every packet of `capture` with the run; the order of the packets of one kind is that of time."""
    for line in strange_lines(capture, "dis", PORT):
        if not (emitter is not None and line == f"Emitter Name: Unknown ({emitter})"):
            report.fault(f"DIS: tshark prints {line!r}")
    wanted = _Wanted(source, emitter)
    streams = {kind: getattr(wanted, f"kind_{kind}")() for kind in NAMES if kind != 1}
    for frame, got in packets(capture, "dis", PORT):
        where, at_ns = f"packet {frame['frame_frame_number']}", _nanoseconds(frame["frame_frame_time_epoch"])
        kind = int(got["pdu_type"][0])
        name = f"DIS {NAMES.get(kind, kind)}"
        if kind == 1:
            want: Wanted | None = wanted.entity_state(int(got["entity_id_entity"][0]), at_ns)
        else:
            want = next(streams[kind], None) if kind in streams else None
        if want is None:
            report.fault(f"{where}: {name} that the run does not have")
            continue
        due_ns = want.pop("at_ns", None)
        if due_ns is not None and abs(due_ns - at_ns) > 1000:
            report.fault(f"{where}: {name} at {at_ns} ns, wanted {due_ns}")
        length = int(frame["udp_udp_length"]) - 8
        head: Wanted = {"proto_ver": 7, "exer_id": exercise, "pdu_type": kind, "proto_fam": FAMILIES.get(kind, 0)}
        head |= {"pdu_length": length, "timestamp": Near(at_ns % 3_600_000_000_000 / 1e9, 3e-6)}
        report.compare(name, where, _without_parts(got), head | want)
    for kind, rest in streams.items():
        left = sum(1 for _ in rest)
        if left:
            report.fault(f"{left} {NAMES[kind]} of the run are not in the capture")
    wanted.check_reported(report)


def _without_parts(got: Fields) -> Fields:
    """Without the single bits of fields that are compared whole, and what tshark works out by itself."""
    parts = ("pdustatus_", "appearance_", "iff_mode", "iff_tcas", "iff_system_status_", "iff_information_layers_")
    parts += (
        "iff_change_indicator",
        "iff_transponder",
        "radio_encoding_",
        "fixed_datum_value_as",
        "entity_marking_character",
    )
    keep = ("radio_encoding_scheme",)
    return {name: value for name, value in got.items() if name in keep or not name.startswith(parts)}


def _nanoseconds(epoch: str) -> int:
    seconds, _, fraction = epoch.partition(".")
    return int(seconds) * 10**9 + int(fraction.ljust(9, "0")[:9])


class _Wanted:
    """The fields of every packet, kind by kind, as tshark names them."""

    def __init__(self, source: Source, emitter: int | None) -> None:
        self._source = source
        self._emitter = emitter
        self._links = sorted(source.scenario.spec.network.links)
        self._end_of_shot = {r["reference_id"]: r for r in source.rows("association") if r["reference"] == "shot"}
        self._reported: dict[int, list[int]] = {}

    def _at(self, at_ns: int) -> Wanted:
        return {"at_ns": self._source.epoch_ns + at_ns}

    def _node(self, name: str) -> int:
        return len(self._source.things) + self._source.node_index[name] + 1

    def _ids(self, *entities: int) -> Wanted:
        real = [0 < e < 0xFFFF for e in entities]
        ones = [1 if found or k == 0 else e for k, (found, e) in enumerate(zip(real, entities, strict=True))]
        return {"entity_id_site": ones, "entity_id_application": ones, "entity_id_entity": list(entities)}

    def entity_state(self, entity: int, at_ns: int) -> Wanted | None:
        """An Entity State of `entity` at an instant since 1970, or None when there is no such entity."""
        source, things = self._source, len(self._source.things)
        self._reported.setdefault(entity, []).append(at_ns)
        if 1 <= entity <= things:
            thing = source.things[entity - 1]
            position, velocity = source.paths.at(entity - 1, at_ns - source.epoch_ns)
            kind, force, name = siso.entity_type(thing.kind, thing.system), SIDES[thing.side], thing.object_id
            over = thing.end_state != "alive_at_end" and at_ns - source.epoch_ns >= thing.end_ns - 1000
            appearance = (1 << 23 | (3 << 3 if thing.end_state == "killed" else 0)) if over else 0
        elif things < entity <= things + len(source.nodes):
            node = source.nodes[entity - things - 1]
            position, velocity, kind, force, name, appearance = node.position_m, np.zeros(3), siso.NODE, 1, node.name, 0
        else:
            return None
        found = self._ids(entity) | {"force_id": force, "entity_marking": name[:11], "appearance": appearance}
        for axis, x, v in zip("xyz", position, velocity, strict=True):
            found[f"entity_location_{axis}"] = Near(float(x), PATH_WITHIN_M)
            found[f"entity_linear_velocity_{axis}"] = Near(float(v), 1e-4 + 1e-5 * abs(float(v)))
        return found | self._type(kind, twice=True) | self._attitude(position, velocity)

    def _type(self, kind: Any, *, twice: bool) -> Wanted:
        values = (kind.kind, kind.domain, kind.country, kind.subcategory, kind.specific, kind.extra)
        times = 2 if twice else 1
        found: Wanted = {name: [value] * times for name, value in zip(TYPE_FIELDS, values, strict=True)}
        place = {(1, 1): "category_land", (1, 2): "category_air"}.get((kind.kind, kind.domain), "category")
        return found | {place: [kind.category] * times}

    def _attitude(self, position: Any, velocity: Any) -> Wanted:
        """Euler angles worked out anew, from the axes: nose along the velocity (or north), wings level to the geocentric down."""
        down = -position / np.linalg.norm(position)
        speed = float(np.linalg.norm(velocity))
        nose = velocity / speed if speed else np.array([0.0, 0.0, 1.0])
        if not speed:
            nose = nose - (nose @ down) * down
            nose = nose / np.linalg.norm(nose)
        wing = np.cross(down, nose)
        wing = wing / np.linalg.norm(wing)
        belly = np.cross(nose, wing)
        psi, theta, phi = math.atan2(nose[1], nose[0]), -math.asin(nose[2]), math.atan2(wing[2], belly[2])
        return {f"entity_orientation_{n}": Near(v, 2e-5) for n, v in (("psi", psi), ("theta", theta), ("phi", phi))}

    def check_reported(self, report: Report) -> None:
        """Every object of the span was reported, at its end too, and no gap is longer than the heartbeat."""
        source = self._source
        for k, thing in enumerate(source.things):
            span, times = source.span_of(thing), self._reported.get(k + 1, [])
            if span is None:
                continue
            if not times or abs(times[-1] - source.epoch_ns - span[1]) > 1000:
                report.fault(f"DIS: {thing.object_id} is not reported at its end")
            elif len(times) > 1 and max(np.diff(times)) > 5_000_001_000:
                report.fault(f"DIS: {thing.object_id} is silent for {max(np.diff(times)) / 1e9:.1f} s")

    def _text(self, text: str, at_ns: int, **more: Any) -> Wanted:
        data = ascii_text(text)
        return {
            **self._at(at_ns), **self._ids(0, 0xFFFF), "num_variable_data": 1, "datum_id": 700_003, "datum_length": 8 * len(data),
            "variable_datum_value": ":".join(f"{byte:02x}" for byte in data),
            "hf_dis_variable_datum_value_as_text": data.decode(), **more,
        }  # fmt: skip

    def kind_22(self) -> Iterator[Wanted]:
        """Comments: what it is, who is who, radars, then events."""
        source, first = self._source, self._source.from_ns
        yield self._text(source.provenance, first)
        for k, thing in enumerate(source.things):
            yield self._name(k + 1, thing.object_id, {"side": thing.side, "kind": thing.kind, "system": thing.system})
        for node in source.nodes:
            yield self._name(
                self._node(node.name), node.name, {"side": "friendly", "kind": node.kind, "system": node.system}
            )
            for radar in node.radars:
                spec = radar.spec
                told = {name: getattr(spec, name) for name in ("frequency_ghz", "boresight_deg", "sector_deg")}
                told["elevation_deg"] = [spec.elevation_min_deg, spec.elevation_max_deg]
                names = {"node": node.name, "role": radar.role, "kind": spec.kind, "system": spec.system or ""}
                yield self._text("openiads radar " + json.dumps(names | told, ensure_ascii=False), first)
        for row in source.rows("events"):
            if row["event"] not in {"launched", "intercept"}:
                told = {name: row[name] for name in ("node", "track_id", "event", "detail")}
                yield self._text(json.dumps(told, ensure_ascii=False), row["at_ns"])

    def _name(self, entity: int, name: str, told: dict[str, str]) -> Wanted:
        line = json.dumps({"entity": [1, 1, entity], "name": name, **told}, ensure_ascii=False)
        return self._text(f"openiads entity {line}", self._source.from_ns)

    def kind_19(self) -> Iterator[Wanted]:
        """The replication, the seed and the title."""
        source = self._source
        seed = source.reader.manifest.seed & 0xFFFFFFFF
        want = self._text(source.title, source.from_ns, request_id=1, num_fixed_data=2, datum_id=[700_002, 700_001, 700_003])
        values = [f"{value:08x}" for value in (source.replication, seed)]
        want["fixed_datum_value"] = [":".join(v[i : i + 2] for i in range(0, 8, 2)) for v in values]
        yield want

    def kind_13(self) -> Iterator[Wanted]:
        """Start."""
        now = Near([(self._source.epoch_ns + self._source.from_ns) / 1e9] * 2, CLOCK_WITHIN_S)
        yield self._at(self._source.from_ns) | self._ids(0, 0xFFFF) | {"clocktime": now, "request_id": 2}

    def kind_14(self) -> Iterator[Wanted]:
        """Stop."""
        now = Near((self._source.epoch_ns + self._source.until_ns) / 1e9, CLOCK_WITHIN_S)
        yield self._at(self._source.until_ns) | self._ids(0, 0xFFFF) | {"clocktime": now, "reason": 2, "request_id": 3}

    def _beats(self, period_s: int) -> Iterator[int]:
        yield from range(self._source.from_ns, self._source.until_ns, period_s * 10**9)

    def kind_25(self) -> Iterator[Wanted]:
        """Radios: one for each link, at its sender."""
        links = self._source.scenario.spec.network.links
        for at_ns in self._beats(60):
            for number, name in enumerate(self._links, start=1):
                node = links[name].from_node
                want = self._at(at_ns) | self._ids(self._node(node)) | {"radio_radio_id": number, "radio_transmit_state": 1}
                place = self._source.nodes[self._source.node_index[node]].position_m
                want |= {f"antenna_location_{a}": Near(float(x), 1e-6) for a, x in zip("xyz", place, strict=True)}
                yield want | {"entityKind": 7, "entityDomain": 1}

    def kind_23(self) -> Iterator[Wanted]:
        """Radars that have an emitter name."""
        for number, at_ns in enumerate(self._beats(10), start=1):
            for node in self._source.nodes:
                named = [
                    (k, r)
                    for k, r in enumerate(node.radars, 1)
                    if siso.emitter_name(r.spec.system, self._emitter) is not None
                ]
                if named:
                    yield self._emission(node.name, named, at_ns, number)

    def _emission(self, node: str, radars: list[Any], at_ns: int, number: int) -> Wanted:
        event = {
            "site": 1,
            "application": 1,
            "event_number": number & 0xFFFF,
            "electromagnetic_num_emission_systems": len(radars),
        }
        want = self._at(at_ns) | self._ids(self._node(node)) | event
        rows = []
        for k, radar in radars:
            s = radar.spec
            low, high = math.radians(s.elevation_min_deg), math.radians(s.elevation_max_deg)
            carrier, centre = s.frequency_ghz * 1e9, math.radians(s.boresight_deg)
            rows.append({
                "electromagnetic_emission_data_length": 18, "electromagnetic_emission_num_beams": 1,
                "electromagnetic_emitter_name": siso.emitter_name(s.system, self._emitter),
                "electromagnetic_emission_function": {"search": 2, "engagement": 4}[radar.role],
                "electromagnetic_emission_emitter_id_number": k, "electromagnetic_emission_location_z": -s.antenna_height_m,
                "em_beam_data_length": 13, "em_beam_id_number": 1, "em_beam_parameter_index": 1, "em_fund_frequency": carrier,
                "em_fund_pulse_repetition_freq": s.prf_hz or 0.0, "em_fund_pulse_width": s.pulse_width_us or 0.0,
                "em_fund_beam_azimuth_center": centre, "em_fund_beam_azimuth_sweep": math.radians(s.sector_deg) / 2,
                "em_fund_beam_elevation_center": (low + high) / 2, "em_fund_beam_elevation_sweep": (high - low) / 2,
                "electromagnetic_emission_beam_function": {"rotating": 1, "multifunction": 20}[s.kind],
            })  # fmt: skip
        for name in rows[0]:
            values = [row[name] for row in rows]
            want[name] = Near(values, 1e-6 + 6e-6 * max(abs(v) for v in values)) if isinstance(values[0], float) else values
        return want

    def kind_2(self) -> Iterator[Wanted]:
        """Launches, each at the object that the track really follows."""
        for number, row in enumerate(self._source.rows("shots"), start=1):
            end = self._end_of_shot.get(f"{row['node']}/{row['shot']}")
            target = self._source.index.get(end["object_id"], -1) + 1 if end else 0
            place = self._source.nodes[self._source.node_index[row["node"]]].position_m
            yield self._shot(row["at_ns"], row["node"], target, number) | self._place("fire_location", place)

    def kind_3(self) -> Iterator[Wanted]:
        """Ends of missiles, where their object was."""
        found = []
        for number, row in enumerate(self._source.rows("shots"), start=1):
            end = self._end_of_shot.get(f"{row['node']}/{row['shot']}")
            target = self._source.index.get(end["object_id"]) if end else None
            if end is not None and target is not None:
                place, _ = self._source.paths.at(target, end["at_ns"])
                want = self._shot(end["at_ns"], row["node"], target + 1, number) | self._place("detonation_location", place)
                found.append(want | {"detonation_result": RESULTS[end["result"]]})
        yield from sorted(found, key=lambda want: want["at_ns"])

    def _shot(self, at_ns: int, node: str, target: int, number: int) -> Wanted:
        event = {"site": 1, "application": 1, "event_number": number & 0xFFFF, "quality": 1}
        return self._at(at_ns) | self._ids(self._node(node), target, 0) | event | self._type(siso.MISSILE, twice=False)

    def _place(self, name: str, place: Any) -> Wanted:
        return {f"{name}_{axis}": Near(float(x), PATH_WITHIN_M) for axis, x in zip("xyz", place, strict=True)}

    def kind_28(self) -> Iterator[Wanted]:
        """Interrogations: a Mark X/XII interrogator, normal mode, layer 1, which states no code and no altitude."""
        for number, row in enumerate(self._source.rows("events"), start=1):
            if row["event"] == "identified":
                event = {"site": 1, "application": 1, "event_number": number & 0xFFFF}
                want = self._at(row["at_ns"]) | self._ids(self._node(row["node"])) | event
                want |= {"iff_system_type": 2, "iff_system_name": 6, "iff_system_mode": 3, "iff_change_options": 0x11}
                want |= {"iff_system_designator": 1, "iff_system_status": 1, "iff_information_layers": 2}
                yield want | {"iff_parameter_4": 0x0FFF, "iff_parameter_5": 0x0FFE}

    def kind_26(self) -> Iterator[Wanted]:
        """Messages on links: a network header and a terminal header, no message word."""
        for row in self._source.rows("messages"):
            link = self._links.index(row["link"]) + 1
            want = self._at(row["at_ns"]) | self._ids(self._node(row["node"])) | {"radio_radio_id": link}
            want |= {"radio_encoding_scheme": 0x4000, "radio_tdl_type": 100, "radio_data_length": 224}
            want |= {"signal_link16_npg": 7, "signal_link16_network_number": link & 0xFF}
            yield want | {
                "signal_link16_tsec_cvll": 255,
                "signal_link16_msec_cvll": 255,
                "signal_link16_ptt": "1970-01-01T00:00:00.000000000Z",
            }
