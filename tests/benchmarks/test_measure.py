"""The arithmetic of the benchmarks, and their crowd of clients."""

import pytest

from forestallies.benchmarks.crowd import rate_of_crowd
from forestallies.benchmarks.measure import Measurement, compare


def test_ratio_is_of_the_medians():
    found = Measurement("real", "bare", "rows", bare=(100.0, 400.0, 200.0), real=(50.0, 10.0, 90.0))
    assert found.ratio == 0.25
    assert found.as_json()["bare"] == 200.0
    assert found.as_json()["unit"] == "rows per second"


def test_both_run_in_turn():
    order = []
    found = compare(
        what="real", baseline="bare", unit="rows", rounds=2,
        bare=lambda: order.append("bare") or 2.0, real=lambda: order.append("real") or 1.0,
    )  # fmt: skip
    assert order == ["bare", "real", "bare", "real"]
    assert found.ratio == 0.5


def test_crowd_handles_each_thing_once(tmp_path):
    def prepare():
        return lambda number: (tmp_path / str(number)).touch(exist_ok=False)

    assert rate_of_crowd(range(20), prepare, clients=3) > 0
    assert len(list(tmp_path.iterdir())) == 20


def test_failure_of_one_client_is_told():
    def prepare():
        return lambda number: 1 // (number - 5)

    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        rate_of_crowd(range(10), prepare, clients=2)
