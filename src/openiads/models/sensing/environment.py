"""What lies between radars and objects, as a scenario may say it: switches, each with a default that the manual defends."""

from typing import ClassVar, Literal

from pydantic import Field

from openiads.models.base import Spec, figure


class SensingSpec(Spec):
    """What all radars of a scenario have in common: fluctuation, gas, rain, the sea surface, and where false alarms lie."""

    default_group: ClassVar[str] = "sensing"

    fluctuation: Literal["correlated", "independent"] = Field(
        default="correlated",
        description="correlated: a fluctuation holds for the object's rcs_decorrelation_s; independent: one per look",
    )
    gas: Literal["p676", "none"] = Field(
        default="p676", description="p676: oxygen and water vapour by ITU-R P.676-13; none: they take nothing away"
    )
    water_vapour_gpm3: float = figure("Water vapour density at sea level", ge=0, le=50)
    rain: Literal["none", "everywhere"] = Field(
        default="none", description="everywhere: even rain below rain_top_m over the whole scenario (ITU-R P.838-3)"
    )
    rain_mmph: float | None = figure("Rain rate", only_when=("rain", "everywhere"), gt=0, le=150)
    rain_top_m: float | None = figure("Top of the rain", only_when=("rain", "everywhere"), gt=0, le=20_000)
    surface: Literal["none", "sea"] = Field(
        default="none", description="sea: lobes over sea water and diffraction near the horizon; none: free space in sight"
    )
    wave_height_rms_m: float | None = figure(
        "Standard deviation of the height of the sea", only_when=("surface", "sea"), ge=0, le=5
    )
    false_alarms: Literal["uniform", "clustered"] = Field(
        default="uniform", description="clustered: a share of them lies in clutter patches that stay where they are"
    )
    clutter_share: float | None = figure("Share in the patches", only_when=("false_alarms", "clustered"), ge=0, le=1)
    clutter_patch_km: float | None = figure(
        "Depth of a patch in range", only_when=("false_alarms", "clustered"), gt=0, le=20
    )
