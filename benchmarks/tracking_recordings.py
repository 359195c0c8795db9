"""Recorded flights through our sensing model and tracker: numbers and a picture.

    python benchmarks/tracking_recordings.py DATA_FOLDER OUTPUT_FOLDER [--picture FILE]

Two recordings of The OpenSky Network: 84 aircraft over southern England and Wales (2021-07-12), and one flight that draws a
flag over central Anatolia (2020-04-23), the latter seen over DTED level 0 terrain. Three notional rotating radars for each make
plots: radar equation (Swerling 1), horizon or terrain, accuracy from the signal-to-noise ratio, false alarms. Files for `openiads
track` and `openiads score` are written to OUTPUT_FOLDER; the score is printed.
"""

import argparse
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from openiads.geo import geodesic
from openiads.geo.ellipsoid import ecef_to_geodetic, ecef_to_polar, enu_axes, geodetic_to_ecef
from openiads.geo.horizon import apparent_elevation_rad, horizon_range_m
from openiads.geo.terrain.grid import Terrain
from openiads.physics.accuracy import angle_sigma_rad, range_sigma_m
from openiads.physics.detection import detection_probability
from openiads.tracking import Tracker, TrackerConfig
from openiads.tracking.recording import pictures, read_recording
from openiads.tracking.scoring import Measure, score
from openiads.tracking.tables import picture_columns, read_table

FACTOR = 4.0 / 3.0
FOOT = 0.3048
PERIOD = 10.0
P_FALSE = 1e-6
REFERENCE_SNR = 10.0**1.5
REFERENCE_RANGE = 300e3
"""15 dB at 300 km on an airliner: a notional long-range surveillance radar."""
LONGEST_GAP = 30.0
FALSE_PER_SCAN = 20
SITES = {
    "england": [("west", 51.9, -4.6, 200.0), ("middle", 52.3, -2.2, 250.0), ("south", 50.9, -1.4, 150.0)],
    "flag": [("north", 40.15, 33.0, 1500.0), ("east", 39.2, 35.6, 1500.0), ("west", 38.9, 32.2, 1200.0)],
}


def england(folder: Path) -> pd.DataFrame:
    """time_s, object_id, latitude_deg, longitude_deg, height_m of airborne aircraft."""
    table = pd.read_csv(folder / "adsb" / "stonesoup" / "OpenSky_Plane_States.csv")
    table = table[~table["onground"]].dropna(subset=["lat", "lon", "geoaltitude", "lastposupdate"])
    out = pd.DataFrame(
        {
            "time_s": table["lastposupdate"] - table["lastposupdate"].min(),
            "object_id": table["icao24"],
            "latitude_deg": table["lat"],
            "longitude_deg": table["lon"],
            "height_m": table["geoaltitude"],
        }
    )
    return out.drop_duplicates(["object_id", "time_s"]).sort_values(["object_id", "time_s"])


def flag(folder: Path) -> pd.DataFrame:
    """The same of the flight that draws a flag; its altitude is barometric, in feet."""
    with gzip.open(folder / "adsb" / "traffic" / "featured" / "turkish_flag.json.gz", "rt", encoding="utf-8") as f:
        table = pd.DataFrame(json.load(f)).dropna(subset=["latitude", "longitude", "altitude"])
    stamp = table["timestamp"] / 1000.0
    return pd.DataFrame(
        {
            "time_s": stamp - stamp.min(),
            "object_id": table["icao24"],
            "latitude_deg": table["latitude"],
            "longitude_deg": table["longitude"],
            "height_m": table["altitude"] * FOOT,
        }
    ).drop_duplicates(["object_id", "time_s"])


def at_times(flight: pd.DataFrame, times: np.ndarray) -> np.ndarray:
    """Position in ECEF at given times, linear between rows; NaN outside and in gaps."""
    ecef = geodetic_to_ecef(
        latitude_rad=np.radians(flight["latitude_deg"].to_numpy()),
        longitude_rad=np.radians(flight["longitude_deg"].to_numpy()),
        height_m=flight["height_m"].to_numpy(),
    )
    stamps = flight["time_s"].to_numpy()
    out = np.column_stack([np.interp(times, stamps, ecef[:, k], left=np.nan, right=np.nan) for k in range(3)])
    after = np.clip(np.searchsorted(stamps, times), 1, len(stamps) - 1)
    out[stamps[after] - stamps[after - 1] > LONGEST_GAP] = np.nan
    return out


def hidden(
    terrain: Terrain | None, site: tuple[float, float, float], polar: tuple[np.ndarray, ...], at: np.ndarray
) -> np.ndarray:
    """Whether the earth, or the terrain on it, hides each point from a site (latitude, longitude [rad], antenna height [m])."""
    latitude, longitude, height = site
    target_height = ecef_to_geodetic(at)[2]
    reach, azimuth, elevation = polar
    ground = reach * np.cos(elevation)
    far = ground > horizon_range_m(
        antenna_height_m=height, target_height_m=np.maximum(target_height, 0.0), refraction_factor=FACTOR
    )
    if terrain is None:
        return np.asarray(far)
    shares = np.linspace(0.02, 0.98, 120)
    lat, lon = geodesic.direct(
        latitude_rad=latitude, longitude_rad=longitude, azimuth_rad=azimuth[:, None], distance_m=ground[:, None] * shares
    )
    ridge = apparent_elevation_rad(
        ground_range_m=ground[:, None] * shares,
        height_m=np.nan_to_num(terrain.elevation_m(lat, lon)),
        antenna_height_m=height,
        refraction_factor=FACTOR,
    )
    seen_at = apparent_elevation_rad(
        ground_range_m=ground, height_m=target_height, antenna_height_m=height, refraction_factor=FACTOR
    )
    return np.asarray(far | (ridge.max(axis=1) > seen_at))


def plots_of(truth: pd.DataFrame, sites: list[Any], terrain: Terrain | None, rng: np.random.Generator) -> pd.DataFrame:
    """Plots of all radars over the whole recording."""
    last = truth["time_s"].max()
    rows = []
    for name, lat_deg, lon_deg, height in sites:
        lat, lon = np.radians(lat_deg), np.radians(lon_deg)
        site = np.asarray(geodetic_to_ecef(latitude_rad=lat, longitude_rad=lon, height_m=height)).reshape(3)
        axes = enu_axes(latitude_rad=float(lat), longitude_rad=float(lon))
        start = rng.uniform(0.0, PERIOD)
        scans = np.arange(start, last, PERIOD)
        for _, flight in truth.groupby("object_id"):
            if len(flight) < 2:
                continue
            _, azimuth, _ = ecef_to_polar(site, axes, at_times(flight, scans))
            times = scans + PERIOD * (np.mod(azimuth, 2.0 * np.pi) / (2.0 * np.pi))  # the beam comes by once a turn
            at = at_times(flight, times)
            good = np.isfinite(at).all(axis=1) & np.isfinite(times)
            times, at = times[good], at[good]
            if not len(at):
                continue
            polar = ecef_to_polar(site, axes, at)
            snr = REFERENCE_SNR * (REFERENCE_RANGE / polar[0]) ** 4
            p_d, _ = detection_probability(snr=np.minimum(snr, 1e6), p_fa=P_FALSE, pulses=1, shape=1.0)
            seen = (rng.random(len(at)) < p_d) & ~hidden(terrain, (float(lat), float(lon), height), polar, at)
            snr = np.maximum(snr[seen], 13.0)  # what is detected is above the threshold
            sigmas = (
                range_sigma_m(bandwidth_hz=1e6, snr=snr, floor_m=30.0),
                angle_sigma_rad(beamwidth_rad=np.radians(1.4), snr=snr, floor_rad=np.radians(0.05)),
                angle_sigma_rad(beamwidth_rad=np.radians(2.0), snr=snr, floor_rad=np.radians(0.1)),
            )
            noisy = [p[seen] + s * rng.normal(size=int(seen.sum())) for p, s in zip(polar, sigmas, strict=True)]
            rows.append(pd.DataFrame(_columns(name, times[seen], noisy)))
        count = rng.poisson(FALSE_PER_SCAN * len(scans))
        azimuth = rng.uniform(0.0, 2.0 * np.pi, count)
        when = rng.choice(scans, count) + PERIOD * azimuth / (2.0 * np.pi)
        false = [rng.uniform(1e4, 3e5, count), azimuth, rng.uniform(0.0, np.radians(10.0), count)]
        rows.append(pd.DataFrame(_columns(name, when, false)))
    return pd.concat(rows).sort_values("time_s")


def _columns(name: str, times: np.ndarray, polar: list[np.ndarray]) -> dict[str, Any]:
    return {"time_s": times, "sensor_id": name} | dict(zip(("range_m", "azimuth_rad", "elevation_rad"), polar, strict=True))


def sensor_file(sites: list[Any]) -> dict[str, Any]:
    """The sensors as `openiads track` reads them; sigmas of 15 dB."""
    quality = {
        "sigma_range_m": 45.0, "sigma_azimuth_deg": 0.12, "sigma_elevation_deg": 0.18, "p_detection": 0.9,
        "clutter_per_scan": FALSE_PER_SCAN, "scan_period_s": PERIOD,
    }  # fmt: skip
    places = [{"id": n, "latitude_deg": lat, "longitude_deg": lon, "height_m": h} for n, lat, lon, h in sites]
    options = {
        "process_noise_m2ps3": 10,
        "drop_after_updates": 4,
        "max_speed_mps": 400,
        "max_climb_mps": 40,
        "max_tracks": 3000,
    }
    return {"frame": "geodetic", "sensors": [place | quality for place in places], "tracker": options}


def run(name: str, truth: pd.DataFrame, terrain: Terrain | None, folder: Path) -> tuple[list[Measure], pd.DataFrame]:
    """Plots, tracks and score of one recording; its files go to `folder`."""
    plots = plots_of(truth, SITES[name], terrain, np.random.default_rng(2026))
    plots.to_csv(folder / f"{name}-plots.csv", index=False)
    truth.to_csv(folder / f"{name}-truth.csv", index=False)
    setup = sensor_file(SITES[name])
    (folder / f"{name}-sensors.yaml").write_text(json.dumps(setup, indent=1), encoding="utf-8")  # JSON is YAML
    tracker = Tracker(TrackerConfig.from_mapping(setup))
    raw = read_recording(folder / f"{name}-plots.csv", tracker)
    blocks = [pd.DataFrame(picture_columns(p, tracker)) for p, _ in pictures(tracker, raw)]
    tracks = pd.concat(blocks)
    tracks.to_parquet(folder / f"{name}-tracks.parquet", index=False)
    found = score(
        {c: tracks[c].to_numpy() for c in tracks},
        read_table(folder / f"{name}-truth.csv"),
        cutoff_m=3000.0,
        gap_s=LONGEST_GAP,
    )
    print(f"\n{name}: {len(plots)} plots of {len(SITES[name])} radars")
    for m in found:
        print(f"  {m.name:<22}{m.value:>12.5g} {m.unit}")
    return found, tracks


def draw(results: dict[str, tuple[pd.DataFrame, pd.DataFrame]], path: Path) -> None:
    """Recorded paths, firm tracks and sites, one panel for each recording."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, 2, figsize=(12.0, 5.6), layout="constrained")
    titles = {"england": "84 aircraft, southern England and Wales", "flag": "One flight over central Anatolia"}
    for panel, (name, (truth, tracks)) in zip(panels, results.items(), strict=True):
        for _, flight in truth.groupby("object_id"):
            panel.plot(flight["longitude_deg"], flight["latitude_deg"], color="0.75", linewidth=3.0, zorder=1)
        firm = tracks[tracks["status"] != "tentative"]
        for _, one in firm.groupby("track_id"):
            panel.plot(one["longitude_deg"], one["latitude_deg"], linewidth=0.8, color="tab:blue", zorder=2)
        for site, lat, lon, _ in SITES[name]:
            panel.plot(lon, lat, marker="^", color="black", zorder=3)
            panel.annotate(site, (lon, lat), textcoords="offset points", xytext=(6, 4))
        panel.set(title=titles[name], xlabel="longitude [deg]", ylabel="latitude [deg]")
        panel.set_aspect(1.0 / np.cos(np.radians(truth["latitude_deg"].mean())))
        panel.grid(alpha=0.3)
    panels[0].plot([], [], color="0.75", linewidth=3.0, label="recorded path")
    panels[0].plot([], [], color="tab:blue", linewidth=0.8, label="firm track")
    panels[0].plot([], [], marker="^", color="black", linestyle="", label="notional radar")
    panels[0].legend(loc="lower left")
    figure.suptitle(
        "Recorded flights (The OpenSky Network), notional radars, tracks of openiads: in this model", fontsize=11
    )
    figure.savefig(path, dpi=110)


def main() -> None:
    """Both recordings."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--picture", type=Path)
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    terrain = Terrain.open(arguments.data / "terrain" / "dted0-turkey-emed", missing="sea")
    results = {}
    for name, truth, ground in (("england", england(arguments.data), None), ("flag", flag(arguments.data), terrain)):
        _, tracks = run(name, truth, ground, arguments.output)
        results[name] = (truth, tracks)
    if arguments.picture:
        draw(results, arguments.picture)


if __name__ == "__main__":
    main()
