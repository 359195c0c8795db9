import pytest

from openiads.catalogue.costs import Interval, not_comparable, package_costs, why_not_comparable
from openiads.errors import CatalogueError


def by_name(*names: str) -> dict[str, object]:
    return {one.package: one for one in package_costs(names or None)}


def test_an_interval_over_another_holds_every_quotient_of_its_members() -> None:
    a, b = Interval(2.0, 3.0, 4.0), Interval(1.0, 2.0, 4.0)
    found = a.over(b)
    assert (found.low, found.nominal, found.high) == (0.5, 1.5, 4.0)
    assert all(found.low <= x / y <= found.high for x in (2.0, 3.0, 4.0) for y in (1.0, 2.0, 4.0))


def test_nothing_is_divided_by_an_interval_that_reaches_zero() -> None:
    with pytest.raises(CatalogueError, match="no upper end"):
        Interval(1.0, 1.0, 1.0).over(Interval(0.0, 1.0, 2.0))


def test_the_turkish_contract_costs_a_half_or_a_quarter_of_it_per_fire_unit() -> None:
    """2.5 thousand million over two or four fire units, and over 32 to 192 ready missiles."""
    (one,) = package_costs(["s-400-turkish-contract"])
    assert one.per_fire_unit == Interval(625.0, 625.0, 1250.0)
    assert one.per_ready_missile is not None
    assert one.per_ready_missile.low == pytest.approx(2500 / 192, abs=1e-9)
    assert one.per_ready_missile.high == pytest.approx(2500 / 32, abs=1e-9)


def test_the_patriot_offer_is_a_ceiling_over_four_fire_units() -> None:
    (one,) = package_costs(["patriot-offer-2018"])
    assert one.kind == "ceiling"
    assert one.per_fire_unit == Interval(875.0, 875.0, 875.0)
    assert one.per_ready_missile == Interval(3500 / 120, 3500 / 120, 3500 / 80)
    assert "never bought" in one.delivery


def test_a_defended_area_gives_an_interval_too() -> None:
    (one,) = package_costs(["patriot-offer-2018"])
    assert one.per_area(Interval(1000.0, 2000.0, 3500.0)) == Interval(1.0, 1.75, 3.5)


def test_packages_stand_in_the_order_of_the_alphabet_and_not_of_cost() -> None:
    names = [one.package for one in package_costs()]
    assert names == sorted(names)
    prices = [one.price.nominal for one in package_costs()]
    assert prices != sorted(prices)
    assert prices != sorted(prices, reverse=True)


def test_a_package_that_buys_one_missile_has_no_cost_of_a_fire_unit() -> None:
    (one,) = package_costs(["pac-3-mse-missile"])
    assert one.per_fire_unit is None
    assert one.per_ready_missile is None


def test_prices_of_different_kind_or_contents_are_not_comparable() -> None:
    costs = {one.package: one for one in package_costs()}
    why = why_not_comparable(costs["patriot-offer-2018"], costs["s-400-turkish-contract"])
    assert "kinds of price differ (ceiling, contract)" in why
    assert "only s-400-turkish-contract holds surveillance radar, command post" in why
    assert why_not_comparable(costs["patriot-offer-2018"], costs["patriot-offer-2018"]) == ""
    assert "is not stated" in why_not_comparable(costs["s-400-india-contract"], costs["s-400-turkish-contract"])


def test_no_two_packages_of_the_record_may_be_compared() -> None:
    costs = package_costs()
    assert len(not_comparable(costs)) == len(costs) * (len(costs) - 1) // 2


def test_an_unknown_package_names_the_nearest() -> None:
    with pytest.raises(CatalogueError, match="Did you mean 'patriot-offer-2018'"):
        package_costs(["patriot-offer-2008"])
