"""Lowest visible altitude around Mürted to 400 km: distance from exact rays, and CPU time beside gdal_viewshed.

    python benchmarks/viewshed.py [--cells 2000] [--runs 7]

reads `$OPENIADS_TEST_DATA/terrain/dted0-turkey-emed` (default `../shared/data`). GDAL (Debian gdal-bin) gets the same tiles
reprojected to an azimuthal equidistant plane at 900 m. Its fixed cost (start, opening files) is separated by a second run on
16 times as many cells: the slope between the two is its computing part, reading and writing included. Times are CPU seconds,
the least of several runs taken in turns.
"""

import argparse
import os
import resource
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

import exact_rays
from openiads.geo.terrain.grid import Terrain
from openiads.geo.terrain.patches import Cut, cut_patch
from openiads.geo.terrain.viewshed import lowest_visible_m

DATA = (Path(__file__).parents[1] / os.environ.get("OPENIADS_TEST_DATA", "../shared/data")).resolve()
TILES = DATA / "terrain" / "dted0-turkey-emed"
LATITUDE_DEG, LONGITUDE_DEG = 40.0789, 32.5656
ANTENNA_M, REACH_M, FACTOR = 24.0, 400e3, 4.0 / 3.0
COARSE_M, FINE_M = 900, 225


def ours(cut: Cut, height_m: float) -> np.ndarray:
    return lowest_visible_m(
        cut.patch,
        latitude_rad=np.radians(LATITUDE_DEG),
        longitude_rad=np.radians(LONGITUDE_DEG),
        antenna_height_amsl_m=height_m,
        refraction_factor=FACTOR,
        reach_m=REACH_M,
    )


def warp(folder: Path, spacing_m: int) -> Path:
    """The tiles in an azimuthal equidistant plane around the site, as GeoTIFF."""
    listing, virtual, out = folder / "tiles.txt", folder / "all.vrt", folder / f"plane{spacing_m}.tif"
    listing.write_text("\n".join(str(p) for p in sorted(TILES.glob("*/*.dt0"))))
    subprocess.run(["gdalbuildvrt", "-q", "-overwrite", "-input_file_list", listing, virtual], check=True)
    plane = f"+proj=aeqd +lat_0={LATITUDE_DEG} +lon_0={LONGITUDE_DEG} +R=6371008.7714"
    edge = REACH_M + 50
    extent = ["-te", *(str(v) for v in (-edge, -edge, edge, edge)), "-tr", str(spacing_m), str(spacing_m)]
    command = ["gdalwarp", "-q", "-overwrite", "-t_srs", plane, *extent, "-r", "bilinear", "-ot", "Float32", virtual, out]
    subprocess.run(command, check=True)
    return out


def gdal_cpu_s(source: Path) -> tuple[float, float]:
    """User and user + system CPU seconds of one run of gdal_viewshed."""
    out = source.with_name("seen.tif")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["gdal_viewshed", "-q", "-ox", "0", "-oy", "0", "-oz", str(ANTENNA_M), "-cc", "0.75", "-om", "DEM"]
    subprocess.run([*command, "-md", str(REACH_M), source, out], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    out.unlink()
    user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
    return user, user + system


def accuracy(cut: Cut, height_m: float, cells: int) -> None:
    """Distance of the march from exact rays at random posts."""
    got = ours(cut, height_m)
    inside = np.argwhere(np.isfinite(got))
    picked = inside[np.random.default_rng(1).choice(len(inside), cells, replace=False)]
    for name, crossings_only in (("bilinear facets in full", False), ("only where rays cross grid lines", True)):
        exact = exact_rays.lowest_visible_m(
            cut.patch,
            picked,
            latitude_rad=np.radians(LATITUDE_DEG),
            longitude_rad=np.radians(LONGITUDE_DEG),
            antenna_height_amsl_m=height_m,
            refraction_factor=FACTOR,
            crossings_only=crossings_only,
        )
        off = got[tuple(picked.T)] - exact
        rms, most = np.sqrt(np.mean(off**2)), np.abs(off).max()
        middle, wide = np.percentile(np.abs(off), [50, 95])
        print(
            f"from exact rays, {name}: {rms:.2f} m rms, median {middle:.3f}, 95 percent {wide:.2f}, most {most:.1f} ({cells} posts)"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=7)
    arguments = parser.parse_args()
    terrain = Terrain.open(TILES, keep=256)
    place = {"latitude_rad": np.radians(LATITUDE_DEG), "longitude_rad": np.radians(LONGITUDE_DEG)}
    cut = cut_patch(terrain, reach_m=REACH_M, **place)
    height_m = cut.patch.ground_at(*cut.patch.place(*place.values())) + ANTENNA_M
    accuracy(cut, height_m, arguments.cells)
    mine, small, large = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        coarse, fine = warp(Path(folder), COARSE_M), warp(Path(folder), FINE_M)
        for _ in range(arguments.runs):
            small.append(gdal_cpu_s(coarse))
            large.append(gdal_cpu_s(fine))
            for _ in range(3):
                start = time.process_time()
                ours(cut, height_m)
                mine.append(time.process_time() - start)
    cells, many = ((2 * REACH_M + 100) / spacing for spacing in (COARSE_M, FINE_M))
    cells, many = round(cells) ** 2, round(many) ** 2
    posts = cut.patch.ground_m.size
    print(f"openiads: {min(mine) * 1e3:.1f} ms (median {np.median(mine) * 1e3:.1f}), {posts:,} posts, 1 thread")
    for column, name in enumerate(("user", "user + system")):
        least, most = min(run[column] for run in small), min(run[column] for run in large)
        computing = (most - least) / (many - cells) * cells
        print(
            f"gdal_viewshed, {name}: {least * 1e3:.1f} ms, of which computing {computing * 1e3:.1f} ms for {cells:,} cells: "
            f"{computing / min(mine):.2f} times ours; {least / min(mine):.1f} times with its fixed cost"
        )


if __name__ == "__main__":
    main()
