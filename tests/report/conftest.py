"""Fixtures of reports: the golden study on the toy kernel, run small."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
for place in (HERE, HERE.parent / "study"):
    if str(place) not in sys.path:
        sys.path.insert(0, str(place))

GOLDEN = HERE.parent / "study" / "reference" / "golden-coverage-claims.yaml"


@pytest.fixture(scope="session")
def golden_results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The golden study, 64 draws."""
    from toy import ToyRange

    from openiads.study.execute import execute
    from openiads.study.loading import load_study
    from openiads.study.order import order_of

    folder = tmp_path_factory.mktemp("golden") / "results"
    execute(order_of(load_study(GOLDEN, scenario=False), draws=64), folder, model=ToyRange())
    return folder
