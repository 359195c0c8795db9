"""What a study file may say: closed keys, one YAML file per study. Rules between sections are in `lint`."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from openiads.study.design_spec import AnalysisSpec, DesignSpec, ReplicationsSpec
from openiads.study.parts import Basis, Listed, Name, Names, Op, Pair, Part, Scalar, Scalars, Sha256, Text, Word

VERSION = "0.1"


class AboutSpec(Part):
    """What is asked, and what the answer is not for."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")] = Field(description="Short name of the study")
    title: Text = Field(description="One line for people")
    question: Text = Field(description="The question as a person would ask it")
    intended_use: Text = Field(description="What the result may be used for")
    not_for: Listed[Text] = Field(min_length=1, description="What it may not be used for")
    custodian: Text = Field(description="The neutral party that keeps the study")
    status: Literal["draft", "registered", "executed", "reported"] = Field(description="Where the study stands")


class SourceSpec(Part):
    """Where a figure or a sentence comes from."""

    id: Name
    cite: Text = Field(description="Citation")
    date: str | None = None
    kind: Literal["party_statement", "press", "government", "academic", "analysis", "handbook", "assumption"]
    url: str | None = None
    sha256: Sha256 | None = Field(default=None, description="Of the saved copy")
    grade: Annotated[str, StringConstraints(pattern=r"^[A-F][1-6]$")] = Field(
        description="Reliability A to F, credibility 1 to 6"
    )
    quote: str | None = None


class PartySpec(Part):
    """Who holds a set of assumptions."""

    id: Name
    name: Text
    role: Literal["claimant", "respondent", "neutral"]
    endorsement: Literal["signed", "attributed", "hypothetical"]
    signed_by: str | None = None
    signed_on: str | None = None


class ScenarioRefSpec(Part):
    """The scenario file, relative to the study file, and the variants of it that are the vignettes."""

    file: Text
    sha256: Sha256 | None = None
    vignettes: Listed[Word] = ()


class OptionValueSpec(Part):
    """One thing that can be chosen, as scenario paths to set."""

    id: Word
    label: str | None = None
    set: dict[str, Scalar]


class OptionSpec(Part):
    """Something that can be chosen; one value is the baseline."""

    id: Name
    label: str | None = None
    values: Listed[OptionValueSpec] = Field(min_length=2)
    baseline: str


class ConditionSpec(Part):
    """An agreed fact that claims range over."""

    id: Name
    label: str | None = None
    path: Text
    unit: str
    levels: Scalars | None = Field(default=None, min_length=1)
    range: Pair | None = None
    scale: Literal["linear", "log10"] | None = None


class PositionSpec(Part):
    """What a party says of one assumption, in exactly one form."""

    value: Scalar | None = Field(default=None, description="A point")
    interval: Pair | None = Field(default=None, description="Somewhere in here, no odds")
    dist: Literal["uniform", "loguniform", "normal", "lognormal", "triangular", "pert", "beta", "discrete"] | None = None
    params: dict[str, Any] | None = Field(default=None, description="Of the distribution")
    truncate: Pair | None = None
    weights: dict[str, float] | None = Field(default=None, description="Odds over structures")
    figure: str | None = Field(default=None, description="A catalogue figure: its low to high is the interval")
    basis: Basis
    sources: Names = ()
    note: str | None = None

    @model_validator(mode="after")
    def _has_one_form(self) -> Self:
        forms = [name for name in ("value", "interval", "dist", "weights", "figure") if getattr(self, name) is not None]
        if len(forms) != 1:
            found = " and ".join(forms) if forms else "none of them"
            raise ValueError(f"a position takes one of value, interval, dist, weights, figure; here is {found}. Keep one")
        if (self.dist is None) != (self.params is None):
            raise ValueError("dist and params belong together. Give both, or neither")
        if self.truncate is not None and self.dist is None:
            raise ValueError("truncate belongs to dist. Remove it")
        return self

    @property
    def form(self) -> str:
        """Which form it takes."""
        return next(name for name in ("value", "interval", "dist", "weights", "figure") if getattr(self, name) is not None)


class AssumptionSpec(Part):
    """A parameter, with either one agreed position or one per party."""

    id: Name
    label: Text
    path: Text
    unit: str
    scale: Literal["linear", "log10", "categorical"]
    kind: Literal["physical", "structural", "behavioural", "criterion"]
    admissible: Scalars = Field(min_length=1, description="Bounds agreed by all, or the values of a categorical one")
    player: Name | None = Field(default=None, description="Unit of attribution")
    favours: str | None = None
    agreed: PositionSpec | None = None
    positions: dict[str, PositionSpec] | None = None

    @property
    def disputed(self) -> bool:
        """Whether parties state positions of their own."""
        return self.positions is not None


class DependenceSpec(Part):
    """A Gaussian copula between assumptions of one party."""

    party: Name
    method: Literal["gaussian_copula"]
    members: Names = Field(min_length=2)
    rho: Listed[Listed[float]]
    basis: Basis


class MeasureSpec(Part):
    """An output with its exact definition by type and arguments."""

    id: Name
    type: Name
    args: dict[str, Any] = Field(default_factory=dict)
    unit: str
    vignette: Word | None = None


class EventSpec(Part):
    """Something that a replication shows or does not."""

    op: Literal[">=", "<=", ">", "<"]
    value: float


class StatisticSpec(Part):
    """What is taken over replications."""

    kind: Literal["mean", "sum", "prob", "quantile"]
    event: EventSpec | None = None
    q: float | None = Field(default=None, gt=0, lt=1)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.kind == "prob") != (self.event is not None):
            raise ValueError(f"a statistic of kind {self.kind} takes {'an' if self.kind == 'prob' else 'no'} event")
        if (self.kind == "quantile") != (self.q is not None):
            raise ValueError(f"a statistic of kind {self.kind} takes {'a' if self.kind == 'quantile' else 'no'} q")
        return self


class ContrastSpec(Part):
    """One option value minus another, absolute or relative to the other."""

    option: Name
    value: str
    minus: str
    relative: bool = False


class ScopeSpec(Part):
    """One quantifier over the levels of a condition or the values of an option."""

    condition: Name | None = None
    option: Name | None = None
    all: Scalars | None = None
    any: Scalars | None = None
    at_least: float | None = Field(default=None, gt=0)
    of: Scalars | None = None
    fixed: Scalar | None = None

    @model_validator(mode="after")
    def _has_one_quantifier(self) -> Self:
        if (self.condition is None) == (self.option is None):
            raise ValueError("a scope entry names one condition or one option. Give exactly one of them")
        given = [name for name in ("all", "any", "at_least", "fixed") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("a scope entry takes one of all, any, at_least (with of), fixed. Give exactly one of them")
        if (self.at_least is None) != (self.of is None):
            raise ValueError("at_least and of belong together. Give both, or neither")
        return self

    @property
    def levels(self) -> tuple[Scalar, ...]:
        """The levels or values that it ranges over."""
        for chosen in (self.all, self.any, self.of):
            if chosen is not None:
                return chosen
        return () if self.fixed is None else (self.fixed,)


class ReadingSpec(Part):
    """One formal version of a claim: measured, or a bridging search with what is expected of it."""

    id: Name
    by: Names = Field(min_length=1)
    label: str | None = None
    measure: Name | None = None
    statistic: StatisticSpec | None = None
    contrast: ContrastSpec | None = None
    op: Op | None = None
    threshold: float | None = None
    unit: str | None = None
    indifference: float | None = Field(default=None, ge=0)
    scope: Listed[ScopeSpec] = ()
    threshold_sources: Names = ()
    threshold_basis: Basis | None = None
    bridging: Name | None = None
    expect: Literal["feasible", "infeasible"] | None = None

    @model_validator(mode="after")
    def _is_measured_or_bridging(self) -> Self:
        needed = ("measure", "statistic", "op", "threshold", "unit", "indifference")
        if self.bridging is None:
            missing = [name for name in needed if getattr(self, name) is None]
            if missing:
                raise ValueError(
                    f"{', '.join(missing)} missing. A reading needs {', '.join(needed)}, or bridging and expect"
                )
        else:
            extra = [name for name in (*needed, "contrast") if getattr(self, name) is not None]
            if extra or self.expect is None:
                raise ValueError("a bridging reading takes bridging and expect, and nothing that measures. Correct it")
        return self


class ClaimSpec(Part):
    """A quoted sentence and how it may be tested."""

    id: Name
    text: Text
    owner: Name
    sources: Names = Field(min_length=1)
    testability: Literal["testable", "partial", "not_testable"]
    why: str | None = None
    readings: Listed[ReadingSpec] = ()
    expected: dict[str, str] = Field(default_factory=dict)


class AmendmentSpec(Part):
    """A change after registration."""

    date: str
    by: Name | None = None
    what: Text
    why: Text
    after_results_seen: bool


class RegistrationSpec(Part):
    """Where the study was frozen, and what changed since."""

    frozen_on: str | None = None
    sha256: Sha256 | None = None
    witnesses: Listed[str] = ()
    amendments: Listed[AmendmentSpec] = ()


class StudySpec(Part):
    """A whole study."""

    openiads_study: Literal["0.1"]
    study: AboutSpec
    sources: Listed[SourceSpec] = Field(min_length=1)
    parties: Listed[PartySpec] = Field(min_length=2)
    scenario: ScenarioRefSpec
    options: Listed[OptionSpec] = ()
    conditions: Listed[ConditionSpec] = ()
    assumptions: Listed[AssumptionSpec] = Field(min_length=1)
    dependence: Listed[DependenceSpec] = ()
    measures: Listed[MeasureSpec] = Field(min_length=1)
    claims: Listed[ClaimSpec] = Field(min_length=1)
    design: DesignSpec
    replications: ReplicationsSpec
    analysis: AnalysisSpec
    outputs: Listed[Literal["one_page", "full_report", "tables", "manifest", "event_logs", "ro_crate"]] = Field(min_length=1)
    registration: RegistrationSpec = RegistrationSpec()
