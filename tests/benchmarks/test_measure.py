"""The arithmetic of the benchmarks, and their crowd of clients."""

import pytest

from forestallies.benchmarks.crowd import rate_of_crowd
from forestallies.benchmarks.measure import Measurement, Waits, compare, percentile


def test_ratio_is_of_the_medians():
    found = Measurement("real", "bare", "rows", bare=(100.0, 400.0, 200.0), real=(50.0, 10.0, 90.0))
    assert found.ratio == 0.25
    assert found.as_json()["bare"] == 200.0
    assert found.as_json()["unit"] == "rows per second"


def test_waits_are_better_when_shorter_and_count_errors():
    found = Waits("real", "bare", bare=(5.0, 10.0, 20.0), real=(40.0, 80.0, 20.0), errors=2)
    assert found.ratio == 0.25
    assert (found.as_json()["real"], found.as_json()["unit"], found.as_json()["errors"]) == (40.0, "milliseconds", 2)


@pytest.mark.parametrize(("share", "wait"), [(0.5, 10.0), (0.95, 19.0), (1.0, 20.0), (0.0, 1.0)])
def test_percentile_is_the_wait_that_so_many_do_not_exceed(share, wait):
    assert percentile([float(n) for n in range(20, 0, -1)], share) == wait


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
