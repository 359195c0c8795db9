"""Quick mode: what is left out, what is run less, and that no word depends on it."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toy import ToyRange

from openiads.report.study import page, study_json
from openiads.report.study_answer import unresolved
from openiads.report.study_data import open_study
from openiads.scenario.yaml_reader import read_file
from openiads.study.bench import Bench, Wish
from openiads.study.execute import execute
from openiads.study.findings import Findings, run_study
from openiads.study.loading import load_study
from openiads.study.looks import Status
from openiads.study.model import Batch, Direct, MeasureInfo, Outcomes
from openiads.study.order import order_of
from openiads.study.readings import Reading, attributed_values
from openiads.study.sizes import QUICK_HEAVY, sizes_of
from openiads.study.spec import MeasureSpec, StudySpec
from openiads.study.tables import read_table
from openiads.study.words import party_verdict, turns_on_ends
from openiads.study.worlds import frame_of

SEED = 5


@dataclass(frozen=True)
class Heavy(ToyRange):
    """The toy with one measure that walks further cases."""

    def info(self, measure: MeasureSpec) -> MeasureInfo:
        return replace(super().info(measure), heavy=measure.id == "cov400", absolute=measure.id == "r_eng")


@pytest.fixture(scope="module")
def quick(golden_file: Path) -> tuple[Findings, Wish]:
    spec = StudySpec.model_validate(read_file(golden_file).data)
    asked: dict[str, Any] = {}
    model = Heavy(0.05)
    found = run_study(
        Bench(spec, model, sizes_of(spec, quick=True), SEED), Direct(model), on_wave=lambda n, wish: asked.update(wish)
    )
    return found, asked


def test_measures_that_walk_further_cases_get_a_quarter_of_the_runs(quick: tuple[Findings, Wish]) -> None:
    found, asked = quick
    counts: dict[bool, set[int]] = {True: set(), False: set()}
    rows: dict[bool, set[int]] = {True: set(), False: set()}
    for key, batch in asked.items():
        heavy = "cov400" in batch.measures
        assert heavy == key.endswith("/heavy")
        assert not heavy or batch.measures == ("cov400",)
        if key.startswith("verdict/"):
            counts[heavy].add(batch.count)
        if key.startswith("paths/"):
            rows[heavy].add(batch.rows)
    assert counts == {True: {32 // QUICK_HEAVY}, False: {32}}
    players = len(found.bench.assumptions.players)
    assert rows == {True: {2 * players * 32 // QUICK_HEAVY}, False: {2 * players * 32}}
    assert [s.reading.id for s in found.splits] == [r.id for r in found.bench.readings]


def test_ends_are_run_only_where_a_word_turns_on_them(quick: tuple[Findings, Wish]) -> None:
    found, asked = quick
    searched = 0
    for party in found.bench.parties:
        for reading in found.bench.readings:
            statuses = found.results[party][reading.id].statuses
            end = found.ends[party][reading.id]
            assert (end.found == "search") == turns_on_ends(statuses), (party, reading.id)
            searched += end.found == "search"
            if end.found == "none":
                words = {
                    party_verdict(party, statuses, best_end=s, worst_end=s, min_resolved_share=0.95).code
                    for s in (Status.MET, Status.NOT_MET, Status.UNRESOLVED)
                }
                assert len(words) == 1, "the word is the same wherever the ends come out"
    assert 0 < searched < len(found.bench.parties) * len(found.bench.readings)
    search = {batch.count for key, batch in asked.items() if key.startswith("ends/") and "/search/" in key}
    corners = {batch.count for key, batch in asked.items() if key.startswith("ends/") and "/found-" in key}
    assert max(search) == 8
    assert max(corners) == 32


def test_an_absolute_figure_never_holds_throughout(quick: tuple[Findings, Wish]) -> None:
    found, _ = quick
    full = Bench(found.bench.spec, Heavy(0.0), sizes_of(found.bench.spec, draws=64), SEED)
    words = run_study(full, Direct(Heavy(0.0))).words
    word = words["C2_low", "A"]
    assert (word.code, word.capped, word.leaning) == ("holds_mostly", True, "holds")
    assert word.word == "holds over most of A's stated range (capped: an absolute figure)"
    assert words["C1_best_case", "B"].code == "fails_throughout", "only what holds is capped"
    assert not words["C3_gain", "A"].capped, "a contrast of options is no absolute figure"


@dataclass(frozen=True)
class Rare(ToyRange):
    """The toy with one measure that hardly any replication has a value of."""

    def evaluate(self, batch: Batch) -> Outcomes:
        found = super().evaluate(batch)
        if "r_eng" in found:
            found["r_eng"][self.chance(batch) < 2.2] = (np.nan, 0.0)
        return found


def test_a_difference_whose_paths_hold_no_values_is_said_not_to_be_split(golden_file: Path, tmp_path: Path) -> None:
    """Its ends and the other readings are told, it has no shares, and every page of the report can be made."""
    model = Rare(0.05, runs_per_block=512)
    folder = tmp_path / "results"
    execute(order_of(load_study(golden_file, scenario=False), draws=16, quick=True), folder, model=model)
    rows = {row["reading"]: row for row in read_table(folder, "comparisons") if row["sentence"]}
    shared = {row["reading"] for row in read_table(folder, "attribution")}
    unsplit = {name for name, row in rows.items() if "is not split" in row["sentence"]}
    assert unsplit
    assert shared
    assert not unsplit & shared
    assert unsplit | shared == set(rows)
    assert all(rows[name]["delta_error"] is None and not rows[name]["material"] for name in unsplit)
    assert all(name in unresolved(open_study(folder), (rows[name]["party_a"], rows[name]["party_b"])) for name in unsplit)
    assert "study" in page(folder)
    assert json.loads(json.dumps(study_json(folder), allow_nan=False))


def test_a_relative_contrast_is_summed_over_its_cells_before_it_is_divided(golden_file: Path) -> None:
    spec = StudySpec.model_validate(read_file(golden_file).data)
    gain = next(r for c in spec.claims for r in c.readings if r.id == "C3_gain")
    assert gain.contrast is not None
    relative = gain.model_copy(update={"contrast": gain.contrast.model_copy(update={"relative": True})})
    measure = next(m for m in spec.measures if m.id == gain.measure)
    reading = Reading("C3", "B", relative, measure, MeasureInfo("mean"), frame_of(spec, relative))
    cells, minus = reading.frame.cells, reading.frame.minus
    assert len(cells) == len(minus) >= 2
    here = dict(
        zip(cells, (np.array([[[3.0, 1.0]], [[0.0, 1.0]]]), *[np.array([[[2.0, 1.0]], [[0.0, 1.0]]])] * 9), strict=False)
    )
    there = dict(
        zip(minus, (np.array([[[0.0, 1.0]], [[0.0, 1.0]]]), *[np.array([[[1.0, 1.0]], [[0.0, 1.0]]])] * 9), strict=False)
    )
    found = attributed_values(reading, lambda v, cell, heavy: {measure.id: {**here, **there}[cell]})
    further = len(cells) - 1
    assert found[0] == (3.0 + further) / further, "a cell that starts from nothing counts with its difference"
    assert np.isnan(found[1]), "nothing over nothing is missing"
