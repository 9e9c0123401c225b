"""A missing kernel or CUDA twin is a link error that names it: tried on a copy of the tree."""

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from contract import ROOT

# The same for every instruction set: once is enough.
pytestmark = pytest.mark.skipif(
    "FASTNN_ISA" in os.environ or not shutil.which("g++"), reason="run once, where g++ is"
)
COMPILE = ["g++", "-std=c++20", "-O0", "-w", "-c"]


def compile_all(sources, folder, options):
    folder.mkdir(exist_ok=True)

    def one(source):
        out = folder / f"{source.name}.o"
        subprocess.run([*COMPILE, *options, str(source), "-o", str(out)], check=True)
        return out

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, sources))


def link_errors(objects, folder):
    done = subprocess.run(
        ["g++", *map(str, objects), "-o", str(folder / "program")], capture_output=True, text=True
    )
    return None if done.returncode == 0 else done.stderr


def without(source, function):
    """A copy of the file in which `function` has another name."""
    text = source.read_text()
    assert f"void {function}(" in text
    mutated = source.parent / f"without_{source.name}"
    mutated.write_text(text.replace(f"void {function}(", "void removed("))
    return mutated


def check_removals(root, sources, stem, functions, options, others):
    objects = compile_all(sources, root / "objects", options)
    assert link_errors(objects + others, root) is None
    for function in functions:
        source = next(s for s in sources if s.stem == stem)
        [replaced] = compile_all([without(source, function)], root / "removed", options)
        rest = [o for o in objects if o.name != f"{source.name}.o"]
        errors = link_errors([*rest, replaced, *others], root)
        assert errors and f"{function}(" in errors.split("undefined reference to", 1)[-1]


@pytest.fixture
def copied(tmp_path):
    for folder in ("src", "tests/cpp", "tests/cuda"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def test_a_missing_cpu_kernel(copied):
    options = ["-DFASTNN_ISA=baseline", "-march=x86-64", f"-I{copied}/src/cpp"]
    if os.uname().machine != "x86_64":
        options = ["-DFASTNN_ISA=neon", f"-I{copied}/src/cpp"]
    kernels = sorted((copied / "src/cpp/kernels").glob("*.cpp"))
    plain = [
        copied / "tests/cpp/selftest_contract.cpp",
        copied / "src/cpp/tuning.cpp",
        *sorted((copied / "src/cpp/checks").glob("*.cpp")),
    ]
    others = compile_all(plain, copied / "others", options)
    check_removals(
        copied,
        kernels,
        "softmax",
        ["softmax_backward", "softmax_backward_schedule"],
        options,
        others,
    )


def cuda_headers():
    """Where cuda_runtime_api.h is, or None."""
    nvcc = shutil.which("nvcc")
    for folder in (
        os.environ.get("FASTNN_CUDA_INCLUDE"),
        nvcc and Path(os.path.realpath(nvcc)).parents[1] / "include",
        *sorted(Path("/usr/local").glob("cuda*/include"), reverse=True),
    ):
        if folder and (Path(folder) / "cuda_runtime_api.h").exists():
            return folder
    return None


@pytest.mark.skipif(
    not cuda_headers() or os.uname().machine != "x86_64", reason="CUDA's headers are not here"
)
def test_a_missing_cuda_twin(copied):
    options = [
        "-DFASTNN_ISA=cuda_emulated",
        "-DFASTNN_EMULATED",
        f"-I{copied}/src/cuda",
        f"-I{copied}/src/cpp",
    ]
    options += ["-isystem", str(cuda_headers()), "-x", "c++"]
    twins = sorted((copied / "src/cuda").glob("*.cu"))
    plain = [
        copied / "tests/cuda/selftest_contract.cpp",
        *sorted((copied / "src/cuda/emulation").glob("*.cpp")),
    ]
    others = compile_all(plain, copied / "others", options)
    check_removals(copied, twins, "softmax", ["softmax_backward"], options, others)
