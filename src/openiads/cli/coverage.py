"""`openiads coverage`: where radars really see, beside their published rings."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from openiads.cli.options import Settings
from openiads.errors import OpeniadsError, OutOfRangeError

if TYPE_CHECKING:
    from openiads.coverage import Site
    from openiads.scenario.loader import Scenario


def coverage(
    file: Annotated[
        Path | None, typer.Argument(metavar="[SCENARIO]", help="Scenario file (YAML), or the name of a shipped one.")
    ] = None,
    radar: Annotated[
        list[str] | None, typer.Option(help="Radar as NODE/ROLE or NODE; may be given several times; all unless given.")
    ] = None,
    terrain: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of elevation tiles: DTED, .hgt, GeoTIFF.")
    ] = None,
    altitude_m: Annotated[
        list[str] | None, typer.Option(help="Altitude above sea level; several times, or with commas.")
    ] = None,
    agl_m: Annotated[list[str] | None, typer.Option(help="Height above the ground; as --altitude-m.")] = None,
    rcs_m2: Annotated[list[str] | None, typer.Option(help="Radar cross-section; as --altitude-m. 1 unless given.")] = None,
    pd: Annotated[float, typer.Option(help="Probability of detection of one look that counts as seen.")] = 0.9,
    track_within_s: Annotated[
        float | None, typer.Option(help="Also where a track is firm within so many seconds, 9 times in 10.")
    ] = None,
    site: Annotated[str | None, typer.Option(metavar="LAT,LON", help="A bare antenna instead of a scenario.")] = None,
    antenna_height_m: Annotated[float | None, typer.Option(help="With --site: antenna above the ground.")] = None,
    ground_m: Annotated[float | None, typer.Option(help="With --site: ground above sea level; else from the tiles.")] = None,
    range_km: Annotated[float | None, typer.Option(help="How far to look; the ring unless given.")] = None,
    ring_km: Annotated[
        float | None, typer.Option(help="Ring that the shares are of; the radar's published range unless given.")
    ] = None,
    refraction: Annotated[
        Literal["sub", "standard", "super", "duct"], typer.Option(help="How the air bends waves; a duct is refused.")
    ] = "standard",
    missing_tiles: Annotated[Literal["error", "sea"], typer.Option(help="What a place without a tile is.")] = "error",
    variant: Annotated[str | None, typer.Option(help="Use this variant of the scenario.")] = None,
    set_: Settings = None,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Folder to write.")] = Path("coverage"),
) -> None:
    """Map where radars really see: lowest visible altitude, contours by altitude and cross-section, share of the ring.

    Writes a GeoTIFF, GeoJSON contours, a table and a map picture. Public figures, in this model.
    """
    from openiads.cli.progress import Progress
    from openiads.coverage import contours, radar_ids, write_coverage
    from openiads.coverage.contours import USUAL
    from openiads.coverage.files import lowest_lines, table_lines
    from openiads.coverage.visibility import refraction_of

    subject = _subject(file, site, antenna_height_m, ground_m, range_km, variant, set_ or [])
    amsl, agl = _numbers(altitude_m, "--altitude-m"), _numbers(agl_m, "--agl-m")
    bare = file is None
    count = 1 if bare else 3 * len(radar or radar_ids(subject))  # type: ignore[arg-type]
    with Progress(count, "working out", unit="maps") as progress:
        found = contours(
            subject,
            radar,
            altitudes_m=amsl or (() if agl else USUAL),
            heights_agl_m=agl,
            rcs_m2=_numbers(rcs_m2, "--rcs-m2") or (1.0,),
            p_detection=pd,
            track_within_s=track_within_s,
            terrain=terrain,
            range_km=range_km,
            ring_km=ring_km,
            refraction_factor=refraction_of(refraction),
            missing_tiles=missing_tiles,
            on_step=progress.advance,
        )
    written, missing = write_coverage(found, out)
    for line in (*lowest_lines(found), "", *table_lines(found), ""):
        typer.echo(line)
    typer.echo(f"{out}: {', '.join(path.name for path in written)}; public figures, in this model")
    if missing:
        typer.echo(missing, err=True)


def _subject(
    file: Path | None,
    site: str | None,
    antenna_height_m: float | None,
    ground_m: float | None,
    range_km: float | None,
    variant: str | None,
    settings: list[str],
) -> "Scenario | Site":
    from openiads.api import load_scenario
    from openiads.cli.check import parse_settings
    from openiads.coverage import Site

    if (file is None) == (site is None):
        raise OpeniadsError("name either a scenario file or --site LAT,LON, and not both.")
    if file is not None:
        return load_scenario(file, variant=variant, overrides=parse_settings(settings))
    if antenna_height_m is None or range_km is None:
        raise OpeniadsError("--site needs --antenna-height-m and --range-km too.")
    place = _numbers([site or ""], "--site")
    if len(place) != 2 or abs(place[0]) > 90 or abs(place[1]) > 180:
        raise OutOfRangeError(f"--site {site}: expected latitude,longitude in degrees, such as 39.93,32.69.")
    if antenna_height_m < 0:
        raise OutOfRangeError(f"--antenna-height-m {antenna_height_m:g}: the antenna would be below ground. Give 0 or more.")
    return Site(place[0], place[1], antenna_height_m, range_km, ground_m)


def _numbers(texts: list[str] | None, option: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for text in texts or [] for part in text.split(",") if part.strip())
    except ValueError as error:
        raise OutOfRangeError(f"{option} {' '.join(texts or [])}: expected numbers, apart by commas.") from error
