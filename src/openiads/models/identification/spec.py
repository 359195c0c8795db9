"""How well a node tells friend from foe: by a table of answers, or by evidence that is weighed by Bayes' rule."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from openiads.models.base import Spec, figure, section

IffMode = Literal["civil", "mode_4", "mode_5", "national"]
IffModes = Annotated[tuple[IffMode, ...], Field(strict=False), AfterValidator(lambda given: tuple(sorted(set(given))))]
"""Modes of identification, sorted. civil: modes 3/A, C and S, which anybody can ask and answer; the others need the code."""


class SideBeliefSpec(Spec):
    """What a node takes for granted about the sorties of one side. Its figures stand in the catalogue by side."""

    prior: float = figure("Weight of this side before any evidence, relative to the other two", gt=0, le=1)
    p_iff_working: float = figure("A transponder that works", ge=0, le=1)
    p_iff_civil: float = figure("Answers civil modes, when the transponder works", ge=0, le=1)
    p_iff_code: float = figure("Answers in code, in a mode that this node asks, when the transponder works", ge=0, le=1)
    p_flight_plan: float = figure("A flight plan was filed", ge=0, le=1)
    p_corridor: float = figure("Keeps to the corridors and zones that were ordered", ge=0, le=1)
    p_crewed: float = figure("An aircraft, rather than a missile, a drone or a decoy", ge=0, le=1)
    p_as_missile: float = figure("Moves as a missile does: fast and in a steep descent", gt=0, lt=1)


class EvidenceSpec(Spec):
    """What a node asks and sees of a track, how surely, and when it declares an identity."""

    default_group: ClassVar[str] = "evidence"

    repeat_s: float = figure("Time between two interrogations of a track", gt=0, le=3600)
    interrogates: IffModes = Field(default=("civil", "mode_4"), description="Modes that its interrogator can ask and read")
    procedures: Literal["by_mode", "known", "unknown"] = Field(
        default="by_mode",
        description="Whether it knows flight plans and ordered corridors; by_mode: in every network mode but standalone",
    )
    p_reply: float = figure("An interrogation that could be answered is answered and read", gt=0, lt=1)
    p_false_reply: float = figure("One that cannot be answered is read as answered", gt=0, lt=1)
    p_plan_match: float = figure("A track whose flight plan was filed fits it", gt=0, lt=1)
    p_plan_false: float = figure("A track without one fits somebody else's", gt=0, lt=1)
    p_corridor_seen: float = figure("A track that keeps to its corridor is seen inside", gt=0, lt=1)
    p_corridor_false: float = figure("One that does not is seen inside", gt=0, lt=1)
    p_type_right: float = figure(
        "Aircraft or not is told rightly from the look of the echo; 0.5: it says nothing", ge=0.5, lt=1
    )
    p_told_right: float = figure("An identity that another node reports is right", gt=0.34, lt=1)
    missile_speed_mps: float = figure("From this speed on a track may be a missile by its motion", gt=0, le=10_000)
    missile_dive_deg: float = figure("Descent from which it is taken to move as one", gt=-90, lt=90)
    p_declare_friendly: float = figure("Probability from which a track is declared friendly", gt=0.5, lt=1)
    p_declare_neutral: float = figure("The same for neutral", gt=0.5, lt=1)
    p_declare_hostile: float = figure("The same for hostile", gt=0.5, lt=1)
    friendly: SideBeliefSpec = section("What it takes for granted about friendly sorties")
    neutral: SideBeliefSpec = section("The same of neutral ones")
    hostile: SideBeliefSpec = section("The same of hostile ones")

    @model_validator(mode="after")
    def _sees_more_where_there_is_something(self) -> Self:
        for true, false in (
            ("p_reply", "p_false_reply"),
            ("p_plan_match", "p_plan_false"),
            ("p_corridor_seen", "p_corridor_false"),
        ):
            if getattr(self, true) <= getattr(self, false):
                raise ValueError(
                    f"{true} is {getattr(self, true):g}, not above {false} = {getattr(self, false):g}: the answer would say the "
                    "opposite of what it means. Correct one of them"
                )
        return self


class IdentificationSpec(Spec):
    """How a node identifies. kind table: probabilities of the answers to one interrogation; what is left of 1 is `unknown`."""

    default_group: ClassVar[str] = "identification"

    kind: Literal["table", "bayes"] = Field(
        default="table",
        description="table: one interrogation per track, answered by the probabilities below; bayes: repeated ones, weighed as "
        "`evidence` says, with what holds for each sortie (`sortie` of the objects)",
    )
    p_friend_correct_own: float = figure("Friendly object declared friendly, by the node's own means", ge=0, le=1)
    p_friend_correct_network: float = figure("Friendly object declared friendly, with a shared air picture", ge=0, le=1)
    p_friend_as_hostile: float = figure("Friendly object declared hostile", ge=0, le=1)
    p_hostile_correct: float = figure("Hostile object declared hostile", ge=0, le=1)
    p_hostile_as_friend: float = figure("Hostile object declared friendly", ge=0, le=1)
    p_neutral_correct: float = figure("Neutral object declared neutral", ge=0, le=1)
    p_neutral_as_hostile: float = figure("Neutral object declared hostile", ge=0, le=1)
    delay_s: float = figure("Time from the interrogation to its answer", ge=0, le=3600)
    evidence: EvidenceSpec | None = Field(
        default=None,
        description="What is asked, seen and believed; for kind bayes",
        json_schema_extra={"x-filled": True, "x-only-when": ["kind", "bayes"]},
    )
    motion_rule: Literal["none", "missile"] = Field(
        default="none",
        description="missile: a track that moves as a missile and is not held friendly is declared hostile, whatever it is",
    )
    rule_speed_mps: float | None = figure(
        "Speed from which the motion rule applies", only_when=("motion_rule", "missile"), gt=0, le=10_000
    )
    rule_dive_deg: float | None = figure(
        "Descent from which it applies", only_when=("motion_rule", "missile"), gt=-90, lt=90
    )
    false_tracks: Literal["none", "ballistic"] = Field(
        default="none",
        description="ballistic: a fire unit now and then holds a track of a falling missile that is not there, and declares it "
        "hostile unasked",
    )
    false_interval_min: float | None = figure(
        "Mean time between the end of one and the next", only_when=("false_tracks", "ballistic"), gt=0, le=1e6
    )
    false_duration_s: float | None = figure("How long one lasts", only_when=("false_tracks", "ballistic"), gt=0, le=3600)
    false_range_km: float | None = figure(
        "Where one begins: up to this slant range, from half of it", only_when=("false_tracks", "ballistic"), gt=0, le=1000
    )
    false_speed_mps: float | None = figure(
        "How fast it comes down on the unit", only_when=("false_tracks", "ballistic"), gt=0, le=10_000
    )
    false_capture_km: float | None = figure(
        "A missile fired at one meets the nearest real object within this distance, if there is one",
        only_when=("false_tracks", "ballistic"),
        ge=0,
        le=100,
    )

    @model_validator(mode="after")
    def _answers_exclude_each_other(self) -> Self:
        for right, wrong in (
            ("p_friend_correct_own", "p_friend_as_hostile"),
            ("p_friend_correct_network", "p_friend_as_hostile"),
            ("p_hostile_correct", "p_hostile_as_friend"),
            ("p_neutral_correct", "p_neutral_as_hostile"),
        ):
            total = getattr(self, right) + getattr(self, wrong)
            if total > 1 + 1e-12:
                raise ValueError(f"{right} + {wrong} is {total:g}, more than 1. Lower one of them")
        return self

    @model_validator(mode="after")
    def _has_evidence_to_weigh(self) -> Self:
        if self.kind == "bayes" and self.evidence is None:
            raise ValueError(
                "kind is bayes, but evidence is missing. Leave it out altogether, so that the catalogue fills it"
            )
        return self


class SortieSpec(Spec):
    """What holds for a whole sortie of an object, drawn once per sortie. Its figures stand in the catalogue by side."""

    iff_modes: IffModes | None = Field(
        default=None, description="Modes that its transponder answers; else friendly: civil, mode_4; others: civil"
    )
    p_iff_working: float = figure("Its transponder works on this sortie", ge=0, le=1)
    p_iff_code: float = figure("It is set to the right code", ge=0, le=1)
    p_flight_plan: float = figure("Its flight plan was filed and reached the nodes", ge=0, le=1)
    p_corridor: float = figure("It keeps to the corridors and zones that were ordered", ge=0, le=1)
