"""A radar as a brochure describes it: a published detection point, what it scans and how accurate it is.

The published point (range, RCS, probabilities) calibrates the radar; power, gain and noise are never stated.
"""

import math
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from openiads.models.base import Id, Spec, figure, zero
from openiads.physics.waveform import highest_prf_hz, unambiguous_range_m, wavelength_m

NARROWEST_BEAM = 0.8
"""Least beamwidth times aperture over wavelength; a uniform aperture has 0.886. M. I. Skolnik, Radar Handbook, 3rd ed.,
2008, sect. 12.2 (reflector and array beamwidths)."""

WIDEST_BEAM = 4.0
"""Most of the same: heavier tapers stay below 2; beyond 4 the figures describe different antennas."""

LARGEST_PULSE_DUTY = 0.5
"""A pulse radar listens at least half of the time."""


class RadarSpec(Spec):
    """One radar: rotating (looks every scan) or multifunction (spends dwells in frames)."""

    catalogue_families: ClassVar[tuple[str, ...]] = ("radars",)
    default_group: ClassVar[str] = "radar"

    system: Id | None = Field(default=None, description="Entry of catalogue.radars that fills the figures left out")
    kind: Literal["rotating", "multifunction"] = figure("rotating: looks once per scan; multifunction: dwells in frames")

    range_km: float = figure("Published slant range against rcs_m2 (the calibration point)", gt=0, le=2000)
    rcs_m2: float = figure("Radar cross section of the calibration point", gt=0, le=1e5)
    p_detection: float = figure("Probability of detection at the calibration point", gt=0, lt=1)
    p_false_alarm: float = figure("Probability of false alarm per resolution cell and look", gt=0, lt=1)
    detection: Literal["single_scan", "cumulative"] = figure("Whether p_detection is of one look or of all looks so far")
    closing_speed_mps: float | None = figure(
        "Speed at which the calibration target closes", only_when=("detection", "cumulative"), gt=0, le=5000
    )
    swerling_reference: int = figure("Fluctuation model of the calibration target", ge=0, le=4)
    pulses_integrated: int = figure("Pulses integrated in one look", ge=1, le=100_000)
    instrumented_range_km: float = figure("Farthest range that the receiver listens to", gt=0, le=3000)
    instrumented_limit: bool = figure("True: range_km is only where the receiver stops listening, so it cannot calibrate")
    reference_range_km: float | None = figure(
        "Range that calibrates instead of range_km when instrumented_limit is true", optional=True, gt=0, le=2000
    )

    reference_altitude_m: float = figure(
        "Altitude of the target of the calibration point, for the gas on its path", ge=0, le=100_000
    )

    frequency_ghz: float = figure("Carrier frequency", gt=0, le=100)
    beamwidth_azimuth_deg: float = figure("Half-power beamwidth in azimuth", gt=0, le=180)
    beamwidth_elevation_deg: float = figure("Half-power beamwidth in elevation", gt=0, le=180)
    range_resolution_m: float = figure("Range resolution", gt=0, le=50_000)
    elevation_min_deg: float = figure("Lowest elevation that it covers", ge=-90, le=90)
    elevation_max_deg: float = figure("Highest elevation that it covers", ge=-90, le=90)
    sector_deg: float = figure("Width of the azimuth sector that it covers at a time; 360: all round", gt=0, le=360)
    boresight_deg: float = zero("Azimuth of the middle of the sector, from north, clockwise", ge=-360, le=360)
    slew_deg_per_s: float = figure("Rate at which the sector can be turned; 0: fixed", ge=0, le=1000)
    antenna_height_m: float = figure(
        "Antenna above the ground of its place; a sensor on station in the air is a high antenna", ge=0, le=20_000
    )

    scan_period_s: float | None = figure("Time of one rotation", only_when=("kind", "rotating"), gt=0, le=600)
    frame_s: float | None = figure("Time of one resource frame", only_when=("kind", "multifunction"), gt=0, le=600)
    dwells_per_frame: int | None = figure("Dwells in one frame", only_when=("kind", "multifunction"), ge=1, le=1_000_000)
    dwells_per_missile: int = Field(
        default=0,
        ge=0,
        le=100_000,
        description="Dwells of a frame that each missile at a track costs, beside that on the track",
    )
    duty: float = Field(default=1.0, ge=0, le=1, description="Share of the time in which it radiates")
    duty_period_s: float = figure("Time over which the radar goes on and off once", gt=0, le=86_400)

    sigma_range_floor_m: float = figure("Error of a plot in range that no signal removes", ge=0, le=50_000)
    sigma_azimuth_floor_deg: float = figure("The same in azimuth", ge=0, le=90)
    sigma_elevation_floor_deg: float = figure("The same in elevation", ge=0, le=90)

    aperture_width_m: float | None = Field(
        default=None, gt=0, le=1000, description="Antenna width, checked against the beam"
    )
    prf_hz: float | None = Field(
        default=None, gt=0, le=1e7, description="Pulse repetition frequency, checked against the range"
    )
    mti_pulses: int | None = Field(
        default=None, ge=2, le=8, description="Pulses of the canceller of fixed echoes, at prf_hz; none: no blind speeds"
    )
    mti_stagger: Annotated[tuple[float, ...], Field(strict=False)] | None = Field(
        default=None, description="Ratios of its successive intervals, one less than mti_pulses; their mean is 1/prf_hz"
    )
    pulse_width_us: float | None = Field(default=None, gt=0, le=1e5, description="Pulse length, checked against prf_hz")

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        needed = {"rotating": ("scan_period_s",), "multifunction": ("frame_s", "dwells_per_frame")}[self.kind]
        for name in needed:
            if getattr(self, name) is None:
                raise ValueError(f"a {self.kind} radar needs {name}. Give it, or name a system that has it")
        if self.detection == "cumulative" and self.closing_speed_mps is None:
            raise ValueError(
                "detection is cumulative, which needs closing_speed_mps. Give it, or set detection to single_scan"
            )
        if self.instrumented_limit and self.reference_range_km is None:
            raise ValueError(
                f"instrumented_limit is true, so range_km = {self.range_km:g} is where the receiver stops listening, and "
                "cannot calibrate the radar. Give reference_range_km, the range at which rcs_m2 is really detected"
            )
        return self

    @model_validator(mode="after")
    def _limits_are_in_order(self) -> Self:
        if self.elevation_min_deg >= self.elevation_max_deg:
            raise ValueError(
                f"elevation_min_deg is {self.elevation_min_deg:g}, not below elevation_max_deg = {self.elevation_max_deg:g}."
                " Correct one of them"
            )
        if self.p_false_alarm >= self.p_detection:
            raise ValueError(
                f"p_false_alarm is {self.p_false_alarm:g}, not below p_detection = {self.p_detection:g}. Lower the first"
            )
        return self

    @model_validator(mode="after")
    def _beam_fits_the_aperture(self) -> Self:
        if self.aperture_width_m is None:
            return self
        wave_m = float(wavelength_m(frequency_hz=self.frequency_ghz * 1e9))
        ratio = math.radians(self.beamwidth_azimuth_deg) * self.aperture_width_m / wave_m
        if not NARROWEST_BEAM <= ratio <= WIDEST_BEAM:
            low_deg, high_deg = (
                math.degrees(factor * wave_m / self.aperture_width_m) for factor in (NARROWEST_BEAM, WIDEST_BEAM)
            )
            raise ValueError(
                f"beamwidth_azimuth_deg is {self.beamwidth_azimuth_deg:g}, but {self.aperture_width_m:g} m at "
                f"{self.frequency_ghz:g} GHz allow {low_deg:.3g} to {high_deg:.3g}. Correct one of the three"
            )
        return self

    @model_validator(mode="after")
    def _listens_no_farther_than_the_next_pulse(self) -> Self:
        if self.prf_hz is None:
            return self
        limit_km = float(unambiguous_range_m(prf_hz=self.prf_hz)) / 1000
        if self.instrumented_range_km > limit_km:
            highest_hz = math.floor(highest_prf_hz(unambiguous_range_m=1000 * self.instrumented_range_km))
            raise ValueError(
                f"instrumented_range_km is {self.instrumented_range_km:g}, but prf_hz = {self.prf_hz:g} is unambiguous to "
                f"{limit_km:.4g} km. Lower the range, or set prf_hz to {highest_hz} or less"
            )
        return self

    @model_validator(mode="after")
    def _cancels_with_pulses_it_has(self) -> Self:
        if self.mti_pulses is not None and self.prf_hz is None:
            raise ValueError(f"mti_pulses is {self.mti_pulses}, but prf_hz is missing. Give it, or leave mti_pulses out")
        if self.mti_stagger is None:
            return self
        if len(self.mti_stagger) != (self.mti_pulses or 1) - 1 or min(self.mti_stagger) <= 0:
            raise ValueError(
                f"mti_stagger has {len(self.mti_stagger)} ratios for mti_pulses = {self.mti_pulses}; one less than the pulses "
                "is needed, all above 0. Correct one of them"
            )
        return self

    @model_validator(mode="after")
    def _listens_at_all(self) -> Self:
        if self.prf_hz is None or self.pulse_width_us is None:
            return self
        share = self.prf_hz * self.pulse_width_us * 1e-6
        if share > LARGEST_PULSE_DUTY:
            raise ValueError(
                f"pulse_width_us is {self.pulse_width_us:g}, at prf_hz = {self.prf_hz:g} it sends {share:.0%} of the time; "
                f"at most {LARGEST_PULSE_DUTY:.0%} is allowed. Shorten the pulse or lower the rate"
            )
        return self
