"""A few of the random configurations of each family; .ci/nightly runs 10,000."""

import pytest
import random_configurations as random
import support

COUNT = 15


@pytest.mark.parametrize("family", random.GENERATORS)
def test_random_configurations(device, family):
    assert list(random.failures(family, COUNT, seed=0, device=device)) == []


def test_a_configuration_is_the_same_every_time():
    for family in random.GENERATORS:
        first, again, other = (random.configuration(family, 0, i) for i in (7, 7, 8))
        assert list(map(str, first)) == list(map(str, again)) != list(map(str, other))


def test_what_is_outside_of_the_bound_is_found(monkeypatch):
    monkeypatch.setattr(support, "C", 0.0)
    for family in random.GENERATORS:
        found = list(random.failures(family, 9, seed=0, device=support.open_device("cpu")))
        assert found and all("bound" in str(error) for _, _, error in found)
