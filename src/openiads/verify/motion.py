"""Adapters from truth cases to the functions about places, motion and engagements."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from openiads.constants import GRAVITATIONAL_PARAMETER, STANDARD_GRAVITY_MPS2
from openiads.errors import OutOfRangeError
from openiads.geo import ellipsoid, geodesic, surface
from openiads.geo.angles import wrap_signed
from openiads.physics import ballistics, kill, kinematics
from openiads.verify.quantities import Quantities, answer, no_answer

Inputs = Mapping[str, Any]
Answer = dict[str, Any]


def aircraft_turn_topic(inputs: Inputs) -> Answer:
    """Level turn from the speed and one of bank, load factor, rate and radius."""
    q = Quantities(inputs)
    given = {
        "bank_rad": q.find("angle", "bank_angle", "bank"),
        "load_factor": q.find("bare", "load_factor", "load_factor_g", "n"),
        "turn_rate_radps": q.find("rate", "turn_rate"),
        "radius_m": q.find("length", "turn_radius", "radius"),
    }
    speed = q.find("speed", "true_airspeed", "speed", "airspeed", "tas", "velocity")
    if speed is None and given["turn_rate_radps"] is not None and given["radius_m"] is not None:
        speed = given["turn_rate_radps"] * given.pop("radius_m")
    if speed is None:
        raise OutOfRangeError("true_airspeed_m_per_s is missing")
    turn = kinematics.level_turn(speed_mps=speed, **given)
    found = answer("angle", bank_angle=turn.bank_rad) | answer("bare", load_factor=turn.load_factor)
    found |= answer("rate", turn_rate=turn.turn_rate_radps) | answer("length", turn_radius=turn.radius_m)
    found |= answer("speed", true_airspeed=speed)
    rate = np.maximum(turn.turn_rate_radps, 1e-300)
    acceleration = STANDARD_GRAVITY_MPS2 * np.tan(turn.bank_rad)
    return (
        found | answer("time", time_for_360=2.0 * np.pi / rate) | answer("acceleration", lateral_acceleration=acceleration)
    )


def coordinated_turn_topic(inputs: Inputs) -> Answer:
    """State after a coordinated turn, in the order of components that the case names."""
    q = Quantities(inputs)
    order = [part.strip() for part in q.text("order", default="x,vx,y,vy").split(",")]
    ours = ["x", "vx", "y", "vy"]
    state = np.asarray(inputs["state"], dtype=np.float64)
    rate = q.find("rate", "turn_rate")
    if rate is None and "w" in order:
        rate = float(state[order.index("w")])
    elif rate is None and "omega" in order:
        rate = float(state[order.index("omega")])
    if not set(ours) <= set(order) or len(order) != len(state) or rate is None:
        raise OutOfRangeError(f"state has {len(state)} values in the order {order}; x, vx, y, vy and a turn rate are needed")
    matrix = kinematics.coordinated_turn_matrix(turn_rate_radps=float(rate), step_s=q.need("time", "dt", "time", "step"))
    places = [order.index(name) for name in ours]
    after = state.copy()
    after[places] = matrix @ state[places]
    return {"state": after.tolist(), "transition_matrix": matrix.tolist()} | answer(
        "speed", speed=np.hypot(*after[places][1::2])
    )


def coriolis_topic(inputs: Inputs) -> Answer:
    """Coriolis acceleration of a velocity, or the eastward deflection of a drop."""
    q = Quantities(inputs)
    latitude = q.need("angle", "latitude", "lat")
    velocity = q.find("speed", "velocity_enu")
    if velocity is not None:
        found = ballistics.coriolis_acceleration_mps2(latitude_rad=latitude, velocity_enu_mps=velocity)
        return answer("acceleration", acceleration_enu=found)
    drop = ballistics.eastward_drop_m(
        height_m=q.need("length", "drop_height", "height"),
        latitude_rad=latitude,
        gravity_mps2=q.need("acceleration", "gravity", default=STANDARD_GRAVITY_MPS2),
    )
    return answer("length", eastward_deflection=drop)


def ballistic_topic(inputs: Inputs) -> Answer:
    """Parabola, fall with drag, or free flight around a sphere, told by the inputs."""
    q = Quantities(inputs)
    gravity = q.need("acceleration", "gravity", default=STANDARD_GRAVITY_MPS2)
    if q.has("density", "air_density"):
        return _drag(q, gravity)
    radius = q.find("length", "earth_radius")
    if radius is None:
        return _parabola(q, gravity)
    around = {
        "earth_radius_m": radius,
        "gravitational_parameter": q.need("bare", "mu_m3_per_s2", default=GRAVITATIONAL_PARAMETER),
    }
    angle = q.find("angle", "flight_path_angle", "elevation")
    ground = q.find("length", "ground_range", "range")
    if angle is not None:
        speed = q.need("speed", "burnout_speed", "speed")
        arc = ballistics.kepler_trajectory(burnout_speed_mps=speed, flight_path_angle_rad=angle, **around)
    elif ground is not None:
        arc = ballistics.minimum_energy_trajectory(ground_range_m=ground, **around)
    else:
        raise no_answer("ballistic", inputs)
    found = answer("speed", burnout_speed=arc.burnout_speed_mps) | answer(
        "angle", flight_path_angle=arc.flight_path_angle_rad
    )
    found |= answer("length", apogee=arc.apogee_m, ground_range=arc.ground_range_m)
    return found | answer("time", time_of_flight=arc.time_of_flight_s)


def _parabola(q: Quantities, gravity: float) -> Answer:
    arc = ballistics.vacuum_arc(
        speed_mps=q.need("speed", "speed", "initial_speed", "launch_speed"),
        elevation_rad=q.need("angle", "elevation", "flight_path_angle", "launch_angle"),
        gravity_mps2=gravity,
        height_m=q.need("length", "initial_height", "height", default=0.0),
    )
    lengths = answer("length", range=arc.range_m, apex=arc.apex_m, apogee=arc.apex_m)
    return lengths | answer("time", time_of_flight=arc.time_of_flight_s)


def _drag(q: Quantities, gravity: float) -> Answer:
    beta = q.find("bare", "ballistic_coefficient_kg_per_m2")
    if beta is None:
        area = q.need("area", "area", "reference_area")
        beta = q.need("bare", "mass_kg") / (q.need("bare", "drag_coefficient", "cd") * area)
    fall = ballistics.drag_fall(
        ballistic_coefficient_kgpm2=beta,
        density_kgpm3=q.need("density", "air_density"),
        time_s=q.need("time", "time", default=0.0),
        initial_speed_mps=q.need("speed", "initial_speed", default=0.0),
        gravity_mps2=gravity,
    )
    found = answer("speed", terminal_speed=fall.terminal_speed_mps, speed=fall.speed_mps)
    return found | answer("length", distance=fall.distance_m) | {"ballistic_coefficient_kg_per_m2": beta}


def _wgs84(q: Quantities) -> None:
    name = q.text("ellipsoid", default="wgs84").replace("-", "").replace(" ", "")
    if name != "wgs84":
        raise OutOfRangeError(f"ellipsoid {name!r}: only WGS84 is built in")


def geodesy_topic(inputs: Inputs) -> Answer:
    """Geodesic between two points, or from one along an azimuth; azimuths from -180 to 180 degrees."""
    q = Quantities(inputs)
    _wgs84(q)
    lat1, lon1 = q.need("angle", "lat1", "latitude1"), q.need("angle", "lon1", "longitude1")
    lat2, lon2 = q.find("angle", "lat2", "latitude2"), q.find("angle", "lon2", "longitude2")
    if lat2 is not None and lon2 is not None:
        distance, first = _inverse(lat1, lon1, lat2, lon2)
        found = answer("length", distance=distance)
    else:
        first, distance = q.need("angle", "azimuth1", "azimuth"), q.need("length", "distance")
        end = geodesic.direct(latitude_rad=lat1, longitude_rad=lon1, azimuth_rad=first, distance_m=distance)
        lat2, lon2 = float(end[0]), float(end[1])
        found = answer("angle", lat2=lat2, lon2=lon2, latitude2=lat2, longitude2=lon2) | answer("length", distance=distance)
    _, back = _inverse(lat2, lon2, lat1, lon1)
    return found | answer("angle", azimuth1=wrap_signed(first), azimuth2=wrap_signed(back + math.pi))


def _inverse(lat1: float, lon1: float, lat2: float, lon2: float) -> tuple[float, float]:
    distance, azimuth = geodesic.inverse(latitude1_rad=lat1, longitude1_rad=lon1, latitude2_rad=lat2, longitude2_rad=lon2)
    return float(distance), float(azimuth)


def coordinate_frames_topic(inputs: Inputs) -> Answer:
    """Conversions between geodetic, ECEF, local east-north-up and range-azimuth-elevation."""
    q = Quantities(inputs)
    _wgs84(q)
    site = _site(q)
    if q.has("angle", "tilt_from_nadir", "tilt"):
        return _looking_down(q, site)
    local = _local(q)
    if local is None:
        return _about_a_point(q, site)
    found = answer("length", enu=local, ned=[local[1], local[0], -local[2]])
    found |= answer("length", e=local[0], n=local[1], u=local[2], east=local[0], north=local[1], up=local[2])
    flat = math.hypot(local[0], local[1])
    azimuth = math.atan2(local[0], local[1]) % (2.0 * math.pi)
    found |= answer("angle", azimuth=azimuth, elevation=math.atan2(local[2], flat))
    found |= answer("length", slant_range=math.hypot(flat, local[2]), range=math.hypot(flat, local[2]))
    if site is None:
        return found
    here, axes = site
    return found | _place(here + axes.T @ np.asarray(local))


Site = tuple[Any, Any]


def _site(q: Quantities) -> Site | None:
    lat, lon = q.find("angle", "lat0", "latitude0", "site_lat"), q.find("angle", "lon0", "longitude0", "site_lon")
    if lat is None or lon is None:
        return None
    height = q.need("length", "alt0", "h0", "height0", "site_alt", default=0.0)
    here = ellipsoid.geodetic_to_ecef(latitude_rad=lat, longitude_rad=lon, height_m=height)
    return here, ellipsoid.enu_axes(latitude_rad=lat, longitude_rad=lon)


def _local(q: Quantities) -> list[float] | None:
    """East, north, up of a case that gives them, or range, azimuth and elevation."""
    enu, ned = q.find("length", "enu"), q.find("length", "ned")
    if enu is not None:
        return [float(value) for value in enu]
    if ned is not None:
        return [float(ned[1]), float(ned[0]), -float(ned[2])]
    east, north, up = q.find("length", "east", "e"), q.find("length", "north", "n"), q.find("length", "up", "u")
    if east is not None and north is not None:
        return [east, north, 0.0 if up is None else up]
    distance = q.find("length", "slant_range", "range")
    azimuth, elevation = q.find("angle", "azimuth"), q.find("angle", "elevation")
    if distance is None or azimuth is None or elevation is None:
        return None
    flat = distance * math.cos(elevation)
    return [flat * math.sin(azimuth), flat * math.cos(azimuth), distance * math.sin(elevation)]


def _place(position: Any) -> Answer:
    lat, lon, height = (float(value) for value in ellipsoid.ecef_to_geodetic(position))
    found = answer("length", ecef=position, x=position[0], y=position[1], z=position[2])
    found |= answer("length", alt=height, height=height, altitude=height)
    return found | answer("angle", lat=lat, lon=lon, latitude=lat, longitude=lon)


def _about_a_point(q: Quantities, site: Site | None) -> Answer:
    """Everything about one point that is given in geodetic or ECEF coordinates, seen from a site if there is one."""
    position, lat = q.find("length", "ecef"), q.find("angle", "lat", "latitude")
    if position is None and q.has("length", "x"):
        position = [q.need("length", axis) for axis in ("x", "y", "z")]
    found: Answer = {}
    if position is None and lat is not None:
        found |= _curvature(lat)
        lon = q.find("angle", "lon", "longitude")
        if lon is None:
            return found
        height = q.need("length", "alt", "height", "altitude", default=0.0)
        position = ellipsoid.geodetic_to_ecef(latitude_rad=lat, longitude_rad=lon, height_m=height)
    if position is None:
        raise no_answer("coordinate_frames", q.inputs)
    position = np.asarray(position, dtype=np.float64)
    found |= _place(position)
    if site is None:
        return found
    here, axes = site
    distance, azimuth, elevation = ellipsoid.ecef_to_polar(here, axes, position)
    local = axes @ (position - here)
    found |= answer("length", enu=local, ned=[local[1], local[0], -local[2]], slant_range=distance, range=distance)
    found |= answer("length", e=local[0], n=local[1], u=local[2], east=local[0], north=local[1], up=local[2])
    return found | answer("angle", azimuth=azimuth, elevation=elevation)


def _curvature(lat: float) -> Answer:
    found = surface.curvature(latitude_rad=lat)
    lengths = answer("length", meridian_radius=found.meridian_m, parallel_radius=found.parallel_m)
    lengths |= answer("length", transverse_radius=found.prime_vertical_m, prime_vertical_radius=found.prime_vertical_m)
    reduced = found.reduced_latitude_rad
    angles = answer("angle", geocentric_lat=found.geocentric_latitude_rad, parametric_lat=reduced, reduced_lat=reduced)
    return lengths | answer("length", geocentric_radius=found.geocentric_m) | angles


def _looking_down(q: Quantities, site: Site | None) -> Answer:
    """Where a line of sight, tilted from straight down, meets the ellipsoid."""
    if site is None:
        raise OutOfRangeError("lat0_deg and lon0_deg are missing")
    here, axes = site
    tilt, azimuth = q.need("angle", "tilt_from_nadir", "tilt"), q.need("angle", "azimuth")
    flat = math.sin(tilt)
    ray = axes.T @ np.array([flat * math.sin(azimuth), flat * math.cos(azimuth), -math.cos(tilt)])
    distance = float(surface.sight_line_range_m(position_ecef_m=here, direction_ecef=ray))
    return _place(here + distance * ray) | answer("length", slant_range=distance)


def interceptor_topic(inputs: Inputs) -> Answer:
    """First meeting of an interceptor of constant speed with a target that does not manoeuvre; null when there is none."""
    q = Quantities(inputs)
    start = np.asarray(q.need("length", "interceptor_xy", "interceptor_xyz", "launcher_xy", "launcher_xyz", default=0.0))
    velocity = q.need("speed", "target_velocity", "target_velocity_xy", "target_velocity_xyz")
    delay = q.need("time", "launch_delay", "delay", default=0.0)
    position = np.asarray(q.need("length", "target_xy", "target_xyz", "target_position", "target"))
    found = kinematics.constant_speed_intercepts(
        position_m=position - start,
        velocity_mps=velocity,
        speed_mps=q.need("speed", "interceptor_speed", "speed"),
        delay_s=delay,
    )
    count = len(found.time_of_flight_s)
    result: Answer = {"solutions": count, "number_of_solutions": count, "feasible": count > 0}
    result |= dict.fromkeys(("intercept_possible", "intercept_exists", "solution_exists"), count > 0)
    if count == 0:
        return result | dict.fromkeys(("time_of_flight_s", "intercept_xy_m", "intercept_xyz_m", "intercept_time_s"))
    first, where = float(found.time_of_flight_s[0]), found.position_m[0] + start
    result |= answer("length", intercept_xy=where, intercept_xyz=where, intercept=where)
    result |= {"all_times_of_flight_s": found.time_of_flight_s.tolist()}
    return result | answer("time", time_of_flight=first, intercept_time=first + delay, time_to_intercept=first + delay)


def engagement_topic(inputs: Inputs) -> Answer:
    """Salvo, shoot-look-shoot or layers, told by the inputs and the name of the doctrine."""
    q = Quantities(inputs)
    common = _common_failure(q)
    if "layer_pk" in inputs:
        raid = int(q.need("bare", "raid_size", default=1))
        layers = [float(value) for value in inputs["layer_pk"]]
        leak = kill.layered_leakage(layer_kill=layers, raid_size=raid, common_failure=common)
        return leak._asdict() | {"kill_probability": 1.0 - leak.leakage_probability}
    p = q.need("bare", "single_shot_pk", "pk", "p_kill", "single_shot_kill_probability")
    doctrine = q.text("doctrine")
    shots = q.find("bare", "max_shots", "shots", "salvo_size", "n_shots")
    if "look" in doctrine or "salvos" in inputs:
        firing = kill.shoot_look_shoot(
            p_kill=p,
            salvos=_salvos(q, doctrine, shots),
            p_miss_kill=q.need("bare", "p_miss_kill", "p_dead_as_alive", "p_false_alive", default=0.0),
            p_false_kill=q.need("bare", "p_false_kill", "p_alive_as_dead", "p_false_dead", default=0.0),
            common_failure=common,
        )
        return firing._asdict() | {"leakage_probability": 1.0 - firing.kill_probability}
    if shots is None:
        required = q.find("bare", "required_kill_probability", "required_pk")
        if required is None:
            raise no_answer("engagement", inputs)
        return {"shots": _shots_for(float(required), p, common)}
    whole = float(kill.salvo_kill_probability(p_kill=p, shots=shots, common_failure=common))
    alone = float(kill.salvo_kill_probability(p_kill=p * (1.0 - common), shots=shots))
    same = dict.fromkeys(
        ("kill_probability_independent", "independent_kill_probability", "kill_probability_if_independent"), alone
    )
    return {"kill_probability": whole, "leakage_probability": 1.0 - whole, "expected_shots": float(shots)} | same


def _common_failure(q: Quantities) -> float:
    """Chance of the common cause, from a name that speaks of it: a failure, or a reliability to take from one."""
    for name, value in q.inputs.items():
        if "common" in name and isinstance(value, int | float):
            works = any(word in name for word in ("reliability", "success", "availability"))
            return 1.0 - float(value) if works else float(value)
    return float(q.need("bare", "system_failure_probability", default=0.0))


def _salvos(q: Quantities, doctrine: str, shots: float | None) -> list[int]:
    if "salvos" in q.inputs:
        return [int(n) for n in q.inputs["salvos"]]
    sizes = [int(n) for n in re.findall(r"salvos? of (\d+)", doctrine)]
    if len(sizes) == 1 and shots is not None:
        whole, rest = divmod(int(shots), sizes[0])
        return [sizes[0]] * whole + ([rest] if rest else [])
    if sizes:
        return sizes
    return [1] * int(shots if shots is not None else doctrine.count("shoot"))


def _shots_for(required: float, p: float, common: float) -> int:
    if not 0.0 < p < 1.0 or not 0.0 <= required < 1.0 - common:
        raise OutOfRangeError(
            f"no salvo reaches {required:g} with a single-shot probability of {p:g} and common failure {common:g}"
        )
    return math.ceil(math.log1p(-required / (1.0 - common)) / math.log1p(-p) - 1e-12)


ADAPTERS: Final[dict[str, Callable[[dict[str, Any]], object]]] = {
    "aircraft_turn": aircraft_turn_topic,
    "ballistic": ballistic_topic,
    "coordinate_frames": coordinate_frames_topic,
    "coordinated_turn": coordinated_turn_topic,
    "coriolis": coriolis_topic,
    "engagement": engagement_topic,
    "geodesy": geodesy_topic,
    "interceptor": interceptor_topic,
}
