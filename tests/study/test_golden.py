"""The golden study on the toy kernel, word for word, and what must hold of every study."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toy import ToyRange

from openiads.scenario.yaml_reader import read_file
from openiads.study import attribution as at
from openiads.study.bench import Bench, drive
from openiads.study.disagreement import Split, attribution_component
from openiads.study.ends import ends_component
from openiads.study.model import Direct
from openiads.study.sentences import turns_on
from openiads.study.sizes import sizes_of
from openiads.study.spec import StudySpec
from openiads.study.verdicts import verdict_component
from openiads.study.words import between, party_verdict

WORDS = {
    "holds throughout": "holds_throughout",
    "fails throughout": "fails_throughout",
    "fails over most of the range": "fails_mostly",
}


def spec_of(path: Path) -> StudySpec:
    return StudySpec.model_validate(read_file(path).data)


def swapped(spec: StudySpec) -> StudySpec:
    pairs = tuple((b, a) for a, b in spec.analysis.attribution.pairs)
    attribution = spec.analysis.attribution.model_copy(update={"pairs": pairs})
    return spec.model_copy(update={"analysis": spec.analysis.model_copy(update={"attribution": attribution})})


def identical(spec: StudySpec) -> StudySpec:
    made = []
    for a in spec.assumptions:
        positions = None if a.positions is None else dict.fromkeys(a.positions, a.positions["A"])
        made.append(a.model_copy(update={"positions": positions}))
    return spec.model_copy(update={"assumptions": tuple(made)})


def run(spec: StudySpec, model: Any, *, draws: int | None = None) -> tuple[Bench, dict[str, Any]]:
    bench = Bench(spec, model, sizes_of(spec, draws=draws), spec.replications.seed)
    parts = {f"verdict {p}": verdict_component(bench, p) for p in bench.parties}
    parts |= {f"ends {p}": ends_component(bench, p) for p in bench.parties}
    parts |= {"split": attribution_component(bench, bench.pairs[0])}
    return bench, drive(parts, Direct(model))


@pytest.fixture(scope="module")
def done(golden_file: Path) -> tuple[Bench, dict[str, Any]]:
    return run(spec_of(golden_file), ToyRange())


def word(bench: Bench, found: dict[str, Any], party: str, reading: str) -> Any:
    ends = found[f"ends {party}"][reading]
    return party_verdict(
        party,
        found[f"verdict {party}"][reading].statuses,
        best_end=ends.best.status,
        worst_end=ends.worst.status,
        robust_share=bench.spec.analysis.verdict.robust_share,
        min_resolved_share=bench.spec.analysis.verdict.min_resolved_share,
    )


def split_of(found: dict[str, Any], reading: str) -> Split:
    return next(s for s in found["split"] if s.reading.id == reading)


@pytest.mark.parametrize("reading", ["C1_best_case", "C1_all_aircraft", "C1_area", "C2_low", "C3_gain"])
def test_golden_words_and_shares(done: Any, golden: Any, reading: str) -> None:
    bench, found = done
    wanted = golden["claims"][reading]
    for party in ("A", "B"):
        verdict = word(bench, found, party, reading)
        assert verdict.share_met == pytest.approx(wanted[party]["share_of_stated_range"], rel=0, abs=0.002)
        if "verdict" in wanted[party]:
            assert verdict.code == WORDS[wanted[party]["verdict"]]
            assert (verdict.best_end == 3) == max(
                wanted[party]["at_end_giving_longest_reach"], wanted[party]["at_end_giving_shortest_reach"]
            )
    split = split_of(found, reading)
    if "shapley" in wanted:
        assert split.delta == pytest.approx(wanted["disagreement"], rel=0, abs=0.002)
        assert split.shares == pytest.approx([wanted["shapley"][p] for p in split.players], rel=0, abs=0.003)
        assert split.table is not None
        ones = at.one_at_a_time(split.table)
        assert ones.from_a == pytest.approx([wanted["one_at_a_time_from_A"][p] for p in split.players], rel=0, abs=0.004)
        assert ones.from_b == pytest.approx([wanted["one_at_a_time_from_B"][p] for p in split.players], rel=0, abs=0.004)
    flips = at.flip_sets(split.verdicts)
    assert at.named(flips.of_a, split.players) == wanted.get("flip_A_by_adopting_from_B", [])
    assert at.named(flips.of_b, split.players) == wanted.get("flip_B_by_adopting_from_A", [])


def test_golden_words_between_the_parties(done: Any) -> None:
    bench, found = done
    said = {}
    for reading in bench.readings:
        a, b = (word(bench, found, p, reading.id) for p in ("A", "B"))
        said[reading.id] = between(a, b, owner=reading.owner, offset=split_of(found, reading.id).offset)
    assert said == {
        "C1_best_case": "disputed",
        "C1_all_aircraft": "agreed: fails, even under its owner's own assumptions",
        "C1_area": "disputed",
        "C2_low": "agreed: holds",
        "C3_gain": "agreed: holds",
    }


def test_golden_sentences(done: Any) -> None:
    _, found = done
    text = turns_on(split_of(found, "C1_best_case"))
    assert text.startswith(
        "In this model the difference turns mainly on missile (60 %) and terrain (39 %). A's answer changes if "
    )
    assert text.endswith("B's answer changes if terrain and missile are taken from A.")
    assert turns_on(split_of(found, "C2_low")) == "In this model there is no material disagreement between A and B."
    unsure = replace(split_of(found, "C2_low"), delta_error=0.1)
    assert turns_on(unsure) == "Whether A and B disagree is not resolved with the runs made."


def test_golden_median_reach(done: Any, golden: Any) -> None:
    bench, _ = done
    reading = next(r for r in bench.readings if r.id == "C2_low")
    for party in ("A", "B"):
        worlds = bench.assumptions.party_world(party, bench.design.table)
        places = bench.places([reading])
        asked = bench.wish("x", places, worlds, first=np.zeros(len(bench.design.table), np.int64), count=1, seed=1)
        for (_, cell, _), (_, batch) in asked.items():
            reach = ToyRange().evaluate(batch)["r_eng"][:, 0, 0]
            wanted = golden["median_reach_km"][f"fighter|{dict(cell.conditions)['h_t']} m"][party]["engage"]
            assert float(np.median(reach)) == pytest.approx(wanted, rel=0, abs=0.2)  # km


@pytest.mark.parametrize("noise", [0.0, 0.05])
def test_the_party_swap_mirrors_exactly(golden_file: Path, noise: float) -> None:
    spec = spec_of(golden_file)
    _, here = run(spec, ToyRange(noise), draws=32)
    _, there = run(swapped(spec), ToyRange(noise), draws=32)
    for one, other in zip(here["split"], there["split"], strict=True):
        assert (one.shares == -other.shares).all()
        assert one.delta == -other.delta
        assert one.table is not None
        assert other.table is not None
        assert (one.table == other.table[::-1]).all()
    for party in ("A", "B"):
        for reading, result in here[f"verdict {party}"].items():
            assert (result.statuses == there[f"verdict {party}"][reading].statuses).all()


@pytest.mark.parametrize("noise", [0.0, 0.05])
def test_identical_positions_do_not_disagree(golden_file: Path, noise: float) -> None:
    _, found = run(identical(spec_of(golden_file)), ToyRange(noise), draws=32)
    for split in found["split"]:
        assert not split.material
        assert not split.offset
        assert (split.shares == 0.0).all()


def test_a_null_player_gets_nothing(golden_file: Path) -> None:
    """Nothing of the reading of detection depends on the missile."""
    _, found = run(spec_of(golden_file), ToyRange(0.05), draws=32)
    split = split_of(found, "C3_gain")
    assert split.shares[split.players.index("missile")] == 0.0


def test_noise_is_looked_at_only_as_planned(golden_file: Path) -> None:
    spec = spec_of(golden_file)
    bench = Bench(spec, ToyRange(0.05), replace(sizes_of(spec, draws=32)), 1)
    waves: list[set[str]] = []
    drive(
        {"A": verdict_component(bench, "A")},
        Direct(ToyRange(0.05)),
        on_wave=lambda n, w: waves.append({k.split("/")[2] for k in w}),
    )
    assert waves == [{f"look{n}"} for n in range(len(waves))]
    assert 1 < len(waves) <= 8
