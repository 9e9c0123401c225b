"""The package as a whole: import, configuration, the command line, stubs."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import fastnn
import numpy as np
import pytest
from contract import ROOT
from fastnn import _cpu

PACKAGE = Path(fastnn.__file__).parent


def python(*arguments, **environment):
    command = [sys.executable, "-W", "error", *arguments]
    run = subprocess.run(
        command, capture_output=True, text=True, timeout=120, env=os.environ | environment
    )
    return run.returncode, run.stdout, run.stderr


def shown(expression, **environment):
    status, out, err = python("-c", f"import fastnn; print({expression})", **environment)
    assert (status, err) == (0, ""), err
    return out.strip()


# Import


def test_import_is_silent_and_loads_little():
    code = (
        "import sys, numpy; old = set(sys.modules); import fastnn; print(*set(sys.modules) - old)"
    )
    status, out, err = python("-c", code)
    assert (status, err) == (0, "")
    new = {module.partition(".")[0] for module in out.split()}
    foreign = new - set(sys.stdlib_module_names) - {"fastnn", "threadpoolctl", "numpy"}
    assert foreign == set()
    slow = {"asyncio", "concurrent", "doctest", "inspect", "multiprocessing", "unittest", "zipfile"}
    assert slow & new == set()
    assert "fastnn.demo" not in out and "cupy" not in out


def test_what_is_public_is_there_and_documented():
    for name in fastnn.__all__:
        assert getattr(fastnn, name).__doc__, name
    for module in (fastnn.ops, fastnn.layers, fastnn.optimizers):
        for name in module.__all__:
            assert getattr(module, name).__doc__, name
    assert fastnn.datasets.digits.load_data()[0][0].shape == (1437, 8, 8)
    version = re.search(r'^version = "(.*)"', (ROOT / "pyproject.toml").read_text(), re.M)[1]
    assert fastnn.__version__ == version


# Configuration


def test_show_config(capsys):
    assert fastnn.show_config() is None
    printed = capsys.readouterr().out
    for word in (fastnn.__version__, np.__version__, _cpu.instruction_set, "threads", "gpu"):
        assert word in printed
    config = fastnn.config.config()
    assert config["instruction set"] in config["instruction sets here"].split(", ")
    assert config["threads"] == fastnn.get_num_threads()
    status, out, err = python("-m", "fastnn", "info", FASTNN_NUM_THREADS="3")
    assert (status, err) == (0, "")
    assert re.search(r"^threads +3$", out, re.M) and "FASTNN_NUM_THREADS=3" in out
    assert [line.split()[0] for line in out.splitlines()] == [key.split()[0] for key in config]


def test_an_instruction_set_may_be_chosen():
    for name in _cpu.instruction_sets:
        assert shown("fastnn._cpu.instruction_set", FASTNN_ISA=name) == name
    assert shown("fastnn._cpu.instruction_set", FASTNN_ISA="") == _cpu.instruction_sets[-1]


def test_an_instruction_set_that_is_not_here_fails_loudly():
    absent = {"baseline", "avx2", "avx512", "neon"} - set(_cpu.instruction_sets)
    assert absent
    for name in (*absent, "AVX2", "sse9", "avx512 "):
        status, _, err = python("-c", "import fastnn", FASTNN_ISA=name)
        assert status == 1
        last = err.strip().splitlines()[-1]
        assert last.startswith(f"ImportError: FASTNN_ISA={name}: ")
        assert re.search("no such instruction set|this processor lacks", last)
        assert all(known in last for known in _cpu.instruction_sets)


def test_an_unknown_fusion_fails_loudly():
    assert shown("fastnn.config.config()['environment']", FASTNN_FUSION="exact").find("=exact") > 0
    status, _, err = python("-c", "import fastnn", FASTNN_FUSION="Exact")
    assert status == 1
    assert err.strip().splitlines()[-1].startswith("ImportError: FASTNN_FUSION=Exact: ")


def test_the_number_of_threads_may_be_chosen():
    count = "fastnn.get_num_threads()"
    usual = shown(count, FASTNN_NUM_THREADS="", OMP_NUM_THREADS="")
    assert 1 <= int(usual) <= len(os.sched_getaffinity(0))
    assert shown(count, FASTNN_NUM_THREADS="3", OMP_NUM_THREADS="2") == "3"
    assert shown(count, FASTNN_NUM_THREADS="", OMP_NUM_THREADS="2,4") == "2"
    assert shown(count, FASTNN_NUM_THREADS="99999999999", OMP_NUM_THREADS="") == "256"
    for wrong in ("many", "0", "-1", "2.5x"):
        assert shown(count, FASTNN_NUM_THREADS=wrong, OMP_NUM_THREADS="") == usual


def test_wrong_numbers_of_threads():
    before = fastnn.get_num_threads()
    for wrong in (None, "2", 2.0, True, [2], 1j):
        with pytest.raises(TypeError, match=r"set_num_threads: .* an integer is wanted"):
            fastnn.set_num_threads(wrong)
    for wrong in (0, -1, 257, 2**31, 2**63, 2**70):
        with pytest.raises(ValueError, match=r"set_num_threads: .* 1 \.\. 256 is wanted"):
            fastnn.set_num_threads(wrong)
    assert fastnn.get_num_threads() == before
    fastnn.set_num_threads(np.int64(before))


# The command line


@pytest.mark.parametrize(
    "arguments, message",
    [
        ([], "required: command"),
        (["train"], "invalid choice: 'train'"),
        (["info", "more"], "unrecognized arguments: more"),
    ],
)
def test_wrong_arguments(arguments, message, capsys):
    from fastnn.__main__ import main

    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


# Types


def test_stubs_are_shipped_and_are_of_this_build():
    assert (PACKAGE / "py.typed").is_file()
    wanted = runpy.run_path(str(ROOT / "tools/make_stubs.py"))["stubs"]()
    for name, text in wanted.items():
        for folder in (ROOT / "python/fastnn", PACKAGE):
            assert (folder / name).read_text() == text, f"python tools/make_stubs.py renews {name}"
