"""The simulator as a study's model: what it sets, that it is the same run as `openiads run` makes, and what it shares."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from openiads import api
from openiads.errors import StudyError
from openiads.results.measures import RunData, registry
from openiads.study.engine_model import EngineModel
from openiads.study.loading import Study, load_study
from openiads.study.model import Batch
from openiads.study.worlds import Cell

SMALL = Path(__file__).parent / "files" / "small-study.yaml"
ALONE = Cell((("mode", "standalone"),), (("altitude", 3000),))


@pytest.fixture(scope="module")
def study() -> Study:
    return load_study(SMALL)


def batch(rows: int, *, cell: Cell = ALONE, links: list[float] | None = None) -> Batch:
    worlds = {
        "pk": np.full(rows, 0.5),
        "link": np.array(links if links is not None else np.linspace(0.2, 0.9, rows)),
        "free": np.full(rows, 0.3),
    }
    return Batch(None, cell, ("friendly", "leak"), worlds, np.zeros(rows, np.int64), 2, 77)


def test_it_is_the_run_that_openiads_makes(study: Study, tmp_path: Path) -> None:
    found = EngineModel(study.spec, study.scenario).evaluate(batch(1, links=[0.4]))
    paths = {
        "network.mode": "standalone",
        "objects.raider.motion.altitude_m": 3000,
        "fire_units.unit-1.missiles.far.p_kill": 0.5,
        "network.usable_track_share": 0.4,
        "control.share_weapons_free": 0.3,
    }
    run = api.run(study.scenario.with_overrides(paths), replications=2, seed=77, out=tmp_path / "run")
    data = RunData.of(run.reader)
    for name, law in (("leak", "leakage"), ("friendly", "p_any_friendly_engaged")):
        sample = registry[law].sample(data)
        assert found[name][0, :, 1].tolist() == sample.denominators.tolist()
        known = sample.denominators != 0
        assert found[name][0, known, 0].tolist() == sample.numerators[known].tolist()


def test_pieces_give_the_same_bits_and_equal_cases_share_their_runs(study: Study) -> None:
    model = EngineModel(study.spec, study.scenario)
    whole = model.evaluate(batch(3))
    assert model.walks == 2, "without links the share of usable tracks changes no replication"
    assert model.lowerings == 3
    for row in range(3):
        piece = EngineModel(study.spec, study.scenario).evaluate(batch(3).slice(row, row + 1))
        for name, values in piece.items():
            assert values.tobytes() == whole[name][row : row + 1].tobytes()


def test_it_travels_to_workers(study: Study) -> None:
    model = EngineModel(study.spec, study.scenario)
    here = model.evaluate(batch(1))
    there = pickle.loads(pickle.dumps(model)).evaluate(batch(1))
    assert all(there[name].tobytes() == values.tobytes() for name, values in here.items())


def test_measures_that_it_cannot_give(study: Study) -> None:
    model = EngineModel(study.spec, study.scenario)
    leak = study.spec.measures[0]
    assert model.info(leak).bounds == (0.0, 1.0)
    assert model.info(leak.model_copy(update={"args": {"denominator": "threats_that_reach_decision"}})).kind == "bounded"
    for update, text in (
        ({"type": "leakages"}, "no measure is called 'leakages'"),
        ({"args": {"denominator": "all"}}, "has no argument 'denominator'"),
        ({"unit": "km"}, "has unit '1', not 'km'"),
    ):
        with pytest.raises(StudyError, match=text):
            model.info(leak.model_copy(update=update))
