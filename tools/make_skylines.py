"""Write the skylines that the package ships, from DTED level 0.

    python tools/make_skylines.py [PLACE ...]

reads `$OPENIADS_TEST_DATA/terrain/dted0-turkey-emed` (default `../shared/data`) and writes one file per place to
`src/openiads/catalogue/data/skylines`. The elevation files themselves are not part of the product.
"""

import argparse
import datetime as dt
import os
from pathlib import Path

import numpy as np

from openiads.catalogue.skylines import COLUMNS, MAGIC
from openiads.geo.terrain.grid import Terrain
from openiads.geo.terrain.skyline import AZIMUTHS, Skyline, Survey, survey_skyline

ROOT = Path(__file__).resolve().parents[1]
DATA = (ROOT / os.environ.get("OPENIADS_TEST_DATA", "../shared/data")).resolve()
TERRAIN = DATA / "terrain" / "dted0-turkey-emed"
OUT = ROOT / "src" / "openiads" / "catalogue" / "data" / "skylines"

SOURCE = "NGA DTED level 0 (NIMA, version 1.0 of 2014-03-19, public release)"
PLACES = {  # latitude, longitude in degrees; ground in metres above mean sea level as published, or None
    "diyarbakir": (37.8939, 40.201, None),
    "hmeimim": (35.4011, 35.9487, 48.0),
    "incirlik": (37.0021, 35.4259, None),
    "konya": (37.979, 32.5619, None),
    "kurecik": (38.3494, 37.7936, None),
    "malatya-erhac": (38.4353, 38.091, None),
    "murted": (40.0789, 32.5656, 843.0),
}
ANTENNA_HEIGHTS_M = np.array([2.0, 3.5, 6.0, 10.0, 18.0, 32.0, 60.0])  # above the ground
FACTORS = np.array([1.0, 4.0 / 3.0, 1.6])
RAYS = 10
NEAREST_M = 926.0  # one post spacing
REACH_M = 450e3
CREST_DEG, STEP_DEG = 0.003, 0.007
NOTES = (
    "method: azimuth i is the highest of 10 rays from i to i + 1 degrees, samples every 30 m near to 300 m far, bilinear,",
    "  from one post spacing outwards; crests that raise the mask by less than 0.007 degrees are left out; no tile is sea",
    "caution: 900 m between posts rounds ridges off and leaves near ground out: low flyers are masked too little",
)


def sample_ranges() -> np.ndarray:
    """Ground ranges of the samples along a ray: steps of a four-hundredth of the range, 30 m at least, 300 m at most."""
    ranges = [NEAREST_M]
    while ranges[-1] < REACH_M:
        ranges.append(min(ranges[-1] + round(min(max(ranges[-1] / 400, 30.0), 300.0)), REACH_M))
    return np.array(ranges)


def plan_of(terrain: Terrain, place: str) -> Survey:
    """How a place is surveyed: for antennas above its published ground and above that of the elevation model."""
    latitude, longitude, published = PLACES[place]
    lat, lon = np.radians(latitude), np.radians(longitude)
    model = float(terrain.elevation_m(lat, lon))
    grounds = np.array([model if published is None else published, model])
    antennas = np.unique((grounds[:, None] + ANTENNA_HEIGHTS_M).round(1))
    return Survey(RAYS, sample_ranges(), antennas, FACTORS, np.radians(CREST_DEG), np.radians(STEP_DEG))


def survey(terrain: Terrain, place: str) -> Skyline:
    """The skyline of a place."""
    lat, lon = np.radians(PLACES[place][:2])
    plan = plan_of(terrain, place)
    return survey_skyline(terrain, plan, skyline_id=place, latitude_rad=float(lat), longitude_rad=float(lon), source=SOURCE)


def text_of(skyline: Skyline, *, published: float | None, date: str) -> str:
    """The file: comments that say where it comes from, then the points."""
    head = {
        "place": skyline.id,
        "source": skyline.source,
        "spacing_arcsec": f"{skyline.spacing_arcsec:g}",
        "made": f"{date} by tools/make_skylines.py",
        "latitude_deg": f"{np.degrees(skyline.latitude_rad):.4f}",
        "longitude_deg": f"{np.degrees(skyline.longitude_rad):.4f}",
        "ground_m": f"{skyline.ground_m:.1f}",
        "published_ground_m": "none" if published is None else f"{published:g}",
        "antenna_low_amsl_m": f"{skyline.antenna_low_amsl_m:.1f}",
        "antenna_high_amsl_m": f"{skyline.antenna_high_amsl_m:.1f}",
        "factor_low": f"{skyline.factor_low:g}",
        "factor_high": f"{skyline.factor_high:g}",
        "reach_m": f"{skyline.reach_m:.0f}",
    }
    lines = [MAGIC, *(f"# {key}: {value}" for key, value in head.items()), *(f"# {note}" for note in NOTES), COLUMNS]
    for azimuth in range(AZIMUTHS):
        for i in range(skyline.first[azimuth], skyline.first[azimuth + 1]):
            lines.append(f"{azimuth},{skyline.range_m[i]:.0f},{skyline.height_amsl_m[i]:.1f}".removesuffix(".0"))
    return "\n".join(lines) + "\n"


def main() -> None:
    """Compute and write, one line of report per place."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("places", nargs="*", metavar="PLACE", help=f"all by default: {', '.join(PLACES)}")
    parser.add_argument("--date", default=dt.datetime.now(dt.UTC).date().isoformat())
    arguments = parser.parse_args()
    terrain = Terrain.open(TERRAIN, missing="sea", keep=256)
    OUT.mkdir(parents=True, exist_ok=True)
    for place in arguments.places or PLACES:
        skyline = survey(terrain, place)
        path = OUT / f"{place}.csv"
        path.write_text(text_of(skyline, published=PLACES[place][2], date=arguments.date))
        size = path.stat().st_size / 1000
        print(f"{path.name}: {len(skyline.range_m)} points, {size:.0f} kB, ground {skyline.ground_m:.1f} m in the model")
    print(terrain.describe())


if __name__ == "__main__":
    main()
