"""tools/ptxas.py reads the compiler's report."""

import importlib.util
import shutil

import pytest
from contract import ROOT

REPORT = """
ptxas info    : 0 bytes gmem
ptxas: Compiling entry function '_ZN6fastnn4cuda19relu_forward_kernelIfEEvPT_PKS2_l' for 'sm_80'
ptxas info    : Function properties for _ZN6fastnn4cuda19relu_forward_kernelIfEEvPT_PKS2_l
    16 bytes stack frame, 8 bytes spill stores, 12 bytes spill loads
ptxas info    : Used 18 registers, used 0 barriers, 1024 bytes smem, 376 bytes cmem[0]
ptxas: Compiling entry function '_ZN6fastnn4cuda16adam_rate_kernelEPd' for 'sm_80'
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 31 registers, used 0 barriers, 376 bytes cmem[0]
"""


@pytest.fixture(scope="module")
def ptxas():
    spec = importlib.util.spec_from_file_location("ptxas", ROOT / "tools/ptxas.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(not shutil.which("c++filt"), reason="c++filt is not here")
def test_a_report_is_read(ptxas):
    adam, relu = ptxas.kernels_of(REPORT)
    assert adam == ptxas.Kernel("adam_rate_kernel", registers=31, stack=0, spilled=0, shared=0)
    assert relu == ptxas.Kernel("relu_forward_kernel<float>", 18, 16, 8, 1024)


@pytest.mark.skipif(not shutil.which("c++filt"), reason="c++filt is not here")
def test_the_page_has_a_line_a_kernel(ptxas):
    text = ptxas.page({"adam": ptxas.kernels_of(REPORT), "none": []}, "nvcc 0.0")
    assert "| `relu_forward_kernel<float>` | 18 | 16 | 8 | 1024 |" in text
    assert "## none" not in text and "nvcc 0.0" in text


@pytest.mark.parametrize(
    "name, wanted",
    [
        ("void fastnn::cuda::f<int (*)(int), 3>(float*, long)", "f<int (*)(int), 3>"),
        ("fastnn::cuda::g(double*)", "g"),
    ],
)
def test_a_name_loses_its_arguments(ptxas, name, wanted):
    assert ptxas.short(name) == wanted
