"""Parametrises by device: a test that takes `device` runs on each one that is here.

What is not here is skipped once, by test_kernels.py's test_device_is_here, and not once a case.
"""

import hypothesis
import pytest
import support

# .ci/nightly asks for this one.
hypothesis.settings.register_profile("nightly", max_examples=2000, deadline=None)


def is_here(name):
    try:
        support.open_device(name)
    except pytest.skip.Exception:
        return False
    return True


def pytest_generate_tests(metafunc):
    if "device" in metafunc.fixturenames:
        here = [name for name in support.DEVICES if is_here(name)]
        metafunc.parametrize("device", here, indirect=True, scope="session")


@pytest.fixture
def device(request):
    return support.open_device(request.param)
