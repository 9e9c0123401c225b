"""Weight files: whole or not there at all, and refused where they are damaged or hostile."""

import io
import os
import pickle
import resource
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import fastnn
import mutated
import numpy as np
import pytest
from fastnn.layers import Dense
from fastnn.saving import _atomic
from fastnn.saving.weights_file import opened, write

BOTH = pytest.mark.parametrize("ending", [".npz", ".safetensors"])


def small(units=30):
    return fastnn.Sequential([fastnn.Input((20,)), Dense(units)])


# Whole, or as it was


class Full(Exception):
    pass


def fail(*arguments, **keywords):
    raise Full


@BOTH
@pytest.mark.parametrize("what", ["replace", "fsync", "content", "disk"])
def test_an_error_leaves_the_old_file_and_no_other(what, ending, tmp_path, monkeypatch):
    path = tmp_path / f"w{ending}"
    small().save_weights(path)
    before = path.read_bytes()
    raised = Full
    if what in ("replace", "fsync"):
        monkeypatch.setattr(os, what, fail)
    elif what == "content":
        monkeypatch.setattr(np.lib.format, "write_array", fail)
        monkeypatch.setattr("safetensors.numpy.save_file", fail)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    if what == "disk":
        raised = OSError
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(raised):
            small().save_weights(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == [path.name]


def test_what_a_killed_process_left_goes_and_what_others_write_stays(tmp_path):
    path = tmp_path / "w.npz"
    left, others = tmp_path / ".w.npz.0123abcd.part", tmp_path / ".v.npz.0123abcd.part"
    left.write_text("half")
    others.write_text("half")
    with _atomic.replacing(path) as at_work:
        assert not left.exists()
        small().save_weights(path)
        assert os.path.exists(at_work)  # its lock says that somebody writes
        Path(at_work).write_text("later")
    assert path.read_text() == "later"
    assert sorted(os.listdir(tmp_path)) == [others.name, path.name]


def test_links_and_permissions_stay(tmp_path):
    (tmp_path / "real").mkdir()
    path = tmp_path / "link.npz"
    path.symlink_to(tmp_path / "real/w.npz")
    small().save_weights(path)
    os.chmod(path, 0o640)
    small().save_weights(path)
    assert path.is_symlink() and stat.S_IMODE(os.stat(path).st_mode) == 0o640


# Hostile files


def archive(name="layers/dense/kernel.npy", content=b"", how=zipfile.ZIP_STORED, **more):
    """A file with the members that a small model has, but for one."""
    file = io.BytesIO()
    bias = mutated.member(shape="(30,)", body=b"\0" * 120)
    with zipfile.ZipFile(file, "w", how) as made:
        for key, value in {"layers/dense/bias.npy": bias, name: content, **more}.items():
            made.writestr(key, value)
    return file.getvalue()


GOOD = archive(content=mutated.member())
PICKLE = mutated.member("|O", shape="()", body=pickle.dumps(print))


def twice():
    file = io.BytesIO(GOOD)
    with zipfile.ZipFile(file, "a") as made, pytest.warns(UserWarning, match="Duplicate"):
        made.writestr("layers/dense/kernel.npy", mutated.member())
    return file.getvalue()


def tensors(text, body=b"", length=None):
    return (length or len(text)).to_bytes(8, "little") + text + body


def entry(dtype="F32", shape="[30]", offsets="[0,120]"):
    return f'{{"a":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}}}'.encode()


def many_members():
    """75 members, whose comments make a table of 4.9 MB."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for i in range(75):
            info = zipfile.ZipInfo(f"{i}.npy")
            info.comment = bytes(65535)
            made.writestr(info, mutated.member())
    return file.getvalue()


def encrypted():
    at = GOOD.index(b"layers/dense/kernel.npy", GOOD.index(b"PK\1\2")) - 38  # its flags
    return GOOD[:at] + b"\1" + GOOD[at + 1 :]


def flipped():
    return GOOD.replace(bytes(2400), bytes(1200) + b"\1" + bytes(1199))


HUGE = mutated.member(shape="(16777216,)", body=bytes(64 << 20))
HOSTILE = {
    ".npz": {
        r"float32 \(1099511627776,\), 4,398,046,511,184 bytes, and has 2,480": lambda: archive(
            content=mutated.member(shape=f"({2**40},)")
        ),
        "a header that is none: .*-20": lambda: archive(content=mutated.member(shape="(-20, 30)")),
        r"holds '\|O'; numbers are wanted": lambda: archive(content=PICKLE),
        "has a header of 4,294,967,295 bytes": lambda: archive(
            content=b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + bytes(1000)
        ),
        "is no array of the .npy format": lambda: archive(content=b"x" + mutated.member()[1:]),
        "compressed by method 14": lambda: archive(how=zipfile.ZIP_LZMA),
        "is encrypted": encrypted,
        "67,108,939 bytes, and has 2,475": lambda: archive(
            content=mutated.member(shape="(16777216,)", body=bytes(2400))
        ),
        r"of another shape: 'layers/dense/kernel' is \(16777216,\)": lambda: archive(
            content=HUGE, how=zipfile.ZIP_DEFLATED
        ),
        "holds 'layers/dense/kernel' twice": twice,
        "missing: 'layers/dense/kernel' .* unexpected: '/etc/passwd'": lambda: archive(
            "/etc/passwd.npy", mutated.member()
        ),
        "'x.npz', which is no array": lambda: archive("x.npz", GOOD),
        "Bad CRC": flipped,
        "not a zip file": lambda: b"no archive" * 100,
        "its table of members has 4,9": many_members,
        "'training:json.npy' is compressed": lambda: archive(
            "training:json.npy", mutated.member("|u1", shape="(9,)", body=bytes(9)), 8
        ),
    },
    ".safetensors": {
        "its header has 9,223,372,036,854,775,808": lambda: tensors(b"{}", length=2**63),
        "its header has 5,000,000": lambda: tensors(b" " * 5_000_000),
        "no such file: .*offset": lambda: tensors(entry(offsets="[120,0]"), bytes(120)),
        "no such file: .*utf-8": lambda: tensors(b"\xff" * 40),
        "no such file: .*overflow": lambda: tensors(entry(shape=f"[{2**62},9]"), bytes(120)),
        "is BF16, not float32": lambda: tensors(
            entry("BF16", "[60]").replace(b'"a"', b'"layers/dense/bias"'), bytes(120)
        ),
    },
}


@pytest.mark.parametrize(
    ("ending", "message"), [(e, m) for e, messages in HOSTILE.items() for m in messages]
)
def test_hostile_files_are_refused(ending, message, tmp_path):
    path = tmp_path / f"w{ending}"
    path.write_bytes(HOSTILE[ending][message]())
    model = small()
    before = model.get_weights()
    mutated.forget_highest()
    high = mutated.memory("VmRSS")
    with pytest.raises(ValueError, match=rf"{path.name}.*({message})"):
        model.load_weights(path)
    assert mutated.memory("VmHWM") - high < 20 << 20
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
    assert os.listdir(tmp_path) == [path.name]


def test_the_good_one_is_good(tmp_path):
    (tmp_path / "w.npz").write_bytes(GOOD)
    small().load_weights(tmp_path / "w.npz")


def test_a_hundred_mutated_files():
    command = [sys.executable, mutated.__file__, "--files", "100"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr[-3000:]
    assert run.stdout.startswith("100 files: {'refused': ")


def test_empty_and_scalar_arrays_are_written(tmp_path):
    arrays = {"": np.zeros((0, 3)), "file": np.array(2.0), "\u00e9/x": np.arange(3, dtype="uint8")}
    for ending in (".npz", ".safetensors"):
        path = str(tmp_path / f"x{ending}")
        write(path, arrays)
        with opened(path) as entries:
            found = {name: entry.read() for name, entry in entries.items()}
        assert found.keys() == arrays.keys()
        for name, array in arrays.items():
            assert found[name].dtype == array.dtype
            np.testing.assert_array_equal(found[name], array)
