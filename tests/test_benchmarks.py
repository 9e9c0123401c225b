"""The benchmarks' peers compute what fastnn computes: the smallest rows of each family."""

import importlib.util

import fastnn
import pytest

from benchmarks import rows, run, worker

PEERS = [p for p in ("numpy", "torch") if importlib.util.find_spec(p)]


@pytest.fixture(autouse=True)
def threads():
    before = fastnn.get_num_threads()
    yield
    fastnn.set_num_threads(before)


@pytest.mark.parametrize("what", [*run.KERNELS, "steps"])
def test_peers_agree(what):
    few = [row for row in rows.of(what) if row.is_small]
    small = sorted(few, key=lambda row: row.flops / 20 + row.read + row.written)
    for row in [*small[:4], *(row for row in small[4:] if row.group == "layers")][:9]:
        sums = {}
        for name in ("fastnn", *PEERS):
            if name in row.calls:
                sums[name] = worker.Worker(name, 1, "cpu").open(what, row.name)
        if row.comparable:
            assert sums == {name: pytest.approx(sums["fastnn"], rel=1e-4) for name in sums}


def test_overheads_run():
    overheads = rows.of("overheads")
    for row in overheads:
        worker.Worker("fastnn", 1, "cpu").open("overheads", row.name)
    assert overheads
