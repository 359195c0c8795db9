"""How a study is run and analysed, as its file says: design, replications, verdict rules, attribution, safeguards."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from openiads.study.parts import Listed, Name, Names, Part, as_tuple


class EpistemicSpec(Part):
    """Design over the assumptions."""

    method: Literal["sobol_owen", "lhs", "nolh", "grid", "random"]
    n: int = Field(ge=1)
    replicates: int = Field(default=1, ge=1)


class ConditionDesignSpec(Part):
    """Design over the conditions."""

    method: Literal["grid", "nolh", "lhs"]
    n: int | None = Field(default=None, ge=1)


class BudgetSpec(Part):
    """What may be spent."""

    max_runs: int | None = Field(default=None, ge=1)
    max_wall_h: float | None = Field(default=None, gt=0)


class DesignSpec(Part):
    """Where the study looks."""

    epistemic: EpistemicSpec
    conditions: ConditionDesignSpec = ConditionDesignSpec(method="grid")
    interval_readings: Listed[Literal["uniform", "favourable", "adverse"]] = Field(min_length=1)
    budget: BudgetSpec


class CrnSpec(Part):
    """Which worlds share random numbers."""

    scheme: Literal["keyed"]
    common_across: Listed[Literal["party", "coalition", "option", "condition"]]


class LooksSpec(Part):
    """Planned looks."""

    first: int = Field(ge=1)
    factor: int = Field(ge=2)
    count: int = Field(ge=1, le=16)


class StoppingSpec(Part):
    """When replications of one world end."""

    looks: LooksSpec
    interval: Literal["clopper_pearson", "beta_binomial_cs", "empirical_bernstein_cs", "t_fixed"]
    stop_on: Literal["verdict", "half_width", "either"]
    half_width: dict[str, float] = Field(default_factory=dict)


class ReplicationsSpec(Part):
    """Chance."""

    seed: int = Field(ge=0, lt=2**64)
    crn: CrnSpec
    stopping: StoppingSpec
    confidence: float = Field(gt=0, lt=1)
    family: Literal["holm", "bonferroni", "none"]


class VerdictRuleSpec(Part):
    """Shares that words need."""

    robust_share: float = Field(gt=0.5, le=1)
    min_resolved_share: float = Field(default=0.98, gt=0, le=1)


class AttributionSpec(Part):
    """Which pairs are attributed, and how."""

    pairs: Listed[Annotated[tuple[Name, Name], BeforeValidator(as_tuple)]] = Field(min_length=1)
    table_max_players: int = Field(default=8, ge=1, le=16)
    path_draws: int = Field(default=4096, ge=2)
    report: Listed[str] = ()


class SensitivitySpec(Part):
    """Which indices."""

    indices: Listed[Literal["sobol_total", "sobol_first", "shapley_effects", "morris"]] = Field(min_length=1)
    n: int = Field(default=1024, ge=2)
    replicates: int = Field(default=8, ge=2)
    noise_correction: bool = True


class DiscoverySpec(Part):
    """Boxes in which a claim holds."""

    method: Literal["prim", "cart"]
    density: float = Field(default=0.8, gt=0, le=1)
    resamples: int = Field(default=50, ge=1)


class BridgingSpec(Part):
    """Safeguards that may satisfy several parties: options searched, readings required."""

    id: Name
    over: Names = Field(min_length=1)
    require: Names = Field(min_length=1)
    for_parties: Names = Field(min_length=2)


class AnalysisSpec(Part):
    """What is worked out of the runs."""

    verdict: VerdictRuleSpec
    attribution: AttributionSpec
    sensitivity: SensitivitySpec | None = None
    discovery: DiscoverySpec | None = None
    value_of_information: bool = False
    bridging: Listed[BridgingSpec] = ()
