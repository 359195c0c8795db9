"""Radars as emitter systems, and the comment that tells what of a radar an emitter system cannot."""

import json
import math

from openiads.interop.dis import enumerations as siso
from openiads.interop.dis.emission import Beam, BeamData, EmitterSystem, Fundamental
from openiads.interop.dis.records import Vector
from openiads.interop.source import RadarSite

RADAR_WORD = "openiads radar "
"""How the comment begins that gives a radar its full name and its figures."""


def emitter_system(radar: RadarSite, number: int, name: int) -> EmitterSystem:
    """A radar with one beam that is as wide as its sector; `name` of SISO-REF-010 (UID 75)."""
    spec = radar.spec
    low, high = math.radians(spec.elevation_min_deg), math.radians(spec.elevation_max_deg)
    shape = BeamData(math.radians(spec.boresight_deg), math.radians(spec.sector_deg) / 2, (low + high) / 2, (high - low) / 2)
    carrier = Fundamental(spec.frequency_ghz * 1e9, 0.0, 0.0, spec.prf_hz or 0.0, spec.pulse_width_us or 0.0)
    beam = Beam(1, 1, carrier, shape, siso.BEAM_FUNCTIONS[spec.kind])
    height = Vector(0.0, 0.0, -float(spec.antenna_height_m))
    return EmitterSystem(name, siso.EMITTER_FUNCTIONS[radar.role], number, height, (beam,))


def radar_line(radar: RadarSite) -> str:
    """A radar in words: node, role, catalogue entry and the figures of its beam."""
    spec = radar.spec
    told = {
        "node": radar.node,
        "role": radar.role,
        "kind": spec.kind,
        "system": spec.system or "",
        "frequency_ghz": spec.frequency_ghz,
        "boresight_deg": spec.boresight_deg,
        "sector_deg": spec.sector_deg,
        "elevation_deg": [spec.elevation_min_deg, spec.elevation_max_deg],
    }
    return RADAR_WORD + json.dumps(told, ensure_ascii=False)
