"""Weight files that were damaged or made to do harm: each is refused, or loads cleanly.

    python tests/mutated.py [--files 1000] [--seed 0]

A refusal is a ValueError that begins with the file's name, and changes no weight; memory stays
bounded. test_weights_files.py runs 100 files; .ci/nightly runs 1,000.
"""

import argparse
import io
import json
import os
import random
import re
import struct
import tempfile
import warnings
import zipfile
from collections import Counter
from pathlib import Path

import fastnn
import numpy as np
from fastnn.layers import BatchNormalization, Dense, Dropout
from fastnn.saving.training_state import state_of
from fastnn.saving.weights_file import write

MOST = 64 << 20  # bytes that loading may take more than a good file does


def network():
    layers = [Dense(30, "relu"), BatchNormalization(), Dropout(0.5), Dense(4)]
    model = fastnn.Sequential([fastnn.Input((20,)), *layers])
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_weights)
    return model


# Damage: functions of (bytes, a random.Random) that give other bytes


def truncated(data, draw):
    return data[: draw.randrange(len(data))]


def flipped(data, draw):
    data = bytearray(data)
    for _ in range(draw.choice([1, 1, 1, 4, 40])):
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    return bytes(data)


def flipped_at_an_end(data, draw):
    """Where the headers are: safetensors' begins a file, that of zip ends it."""
    data = bytearray(data)
    at = draw.randrange(min(len(data), 600))
    data[at if draw.random() < 0.5 else -1 - at] ^= 1 << draw.randrange(8)
    return bytes(data)


def overwritten(data, draw):
    at, size = draw.randrange(len(data)), draw.choice([4, 8, 100])
    return data[:at] + draw.choice([draw.randbytes(size), b"\xff" * size]) + data[at + size :]


def shortened(data, draw):
    at = draw.randrange(len(data))
    return data[:at] + data[at + draw.choice([1, 7, 200]) :]


def lengthened(data, draw):
    at = draw.randrange(len(data))
    return data[:at] + draw.randbytes(draw.choice([1, 7, 200])) + data[at:]


def joined(data, draw):
    return data + data[draw.randrange(len(data)) :]


def nothing(data, draw):
    return draw.choice([b"", b"PK", draw.randbytes(500), bytes(5000), data[::-1]])


def _replaced(data, pattern, choices, draw):
    """One of the places where a pattern is, with other text of the same length."""
    found = list(re.finditer(pattern, data))
    if not found:
        return flipped(data, draw)
    place = draw.choice(found)
    text = draw.choice(choices)[: len(place[0])].ljust(len(place[0]))
    return data[: place.start()] + text + data[place.end() :]


def numbers_exchanged(data, draw):
    """In headers that are texts: sizes, places, dtypes."""
    huge = [
        b"9" * 12,
        b"-1",
        b"0",
        b"1e9",
        b"18446744073709551615",
        b"4294967296",
        b"1099511627776",
    ]
    return _replaced(data, rb"(?<=[\[(, ])\d+(?=[,\])])", huge, draw)


def dtypes_exchanged(data, draw):
    other = [b"|O", b"<f8", b">f4", b"<i4", b"|S9", b"<U9", b"<c8", b"F64", b"I32", b"BF16", b"XYZ"]
    return _replaced(data, rb"<f4|<i8|F32|I64|U8", other, draw)


def names_exchanged(data, draw):
    other = [b"../../../../tmp/x", b"/etc/passwd", b"\xff\xfe\xfd", b"layers/dense/bias", b"a:b"]
    return _replaced(data, rb"layers/\w+/\w+", other, draw)


# Files that zip and safetensors allow, and a model does not


def member(descr="<f4", fortran=False, shape="(20, 30)", body=b"\0" * 2400, version=1):
    text = f"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n".encode()
    size = struct.pack("<H" if version == 1 else "<I", len(text) % 65536)
    return b"\x93NUMPY" + bytes((version, 0)) + size + text + body


def other_archive(data, draw):
    """The members of the file, one of which is another, or twice, or not there."""
    if data[:2] != b"PK":
        return other_safetensors(data, draw)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    i = draw.randrange(len(members))
    name = members[i][0]
    zeros = b"\0" * draw.choice([2400, 80 << 20])
    bodies = [
        member(shape=f"({2**40},)"),
        member(shape=f"({2**40}, {2**40})", body=b""),
        member(shape="(-20, 30)"),
        member(shape="(" + "1, " * 3000 + ")"),
        member(shape="(((((20, 30)))))"),
        member(descr="|O", body=b"cos\nsystem\n(S'touch /tmp/harm'\ntR."),
        member(descr="<f8"),
        member(body=zeros),
        member(shape=f"({len(zeros) // 4},)", body=zeros),
        member(version=2),
        member(version=3),
        b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + zeros,
        data,  # an archive within
        b"",
    ]
    changes = [(name, draw.choice(bodies)) for _ in range(4)]
    changes += [None, members[i], (f"/tmp/{name}", members[i][1]), ("../x.npy", members[i][1])]
    changes += [("x.npz", data), ("x.py", b"print()"), ("\u0416" * 30000 + ".npy", members[i][1])]
    change = draw.choice(changes)
    if change is not None and change[0] == name and change[1] is not members[i][1]:
        members[i] = change
    elif change is None:
        del members[i]
    else:
        members.append(change)
    file = io.BytesIO()
    how = draw.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
    with zipfile.ZipFile(file, "w", how) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = how
            archive.writestr(info, content)
    made = file.getvalue()
    return flipped_at_an_end(made, draw) if draw.random() < 0.2 else made


def other_safetensors(data, draw):
    size = int.from_bytes(data[:8], "little")
    header, body = json.loads(data[8 : 8 + size]), data[8 + size :]
    one, two = draw.sample([name for name in header if name != "__metadata__"], 2)
    place = header[one]["data_offsets"]
    changes = [
        lambda: header[one].update(shape=[2**40]),
        lambda: header[one].update(shape=[2**63, 2**63]),
        lambda: header[one].update(shape=[-1]),
        lambda: header[one].update(shape=[1] * 5000),
        lambda: header[one].update(data_offsets=header[two]["data_offsets"]),
        lambda: header[one].update(data_offsets=[place[0], place[1] + 10**12]),
        lambda: header[one].update(data_offsets=place[::-1]),
        lambda: header[one].update(dtype=draw.choice(["BF16", "F64", "I8", "BOOL", "F4", ""])),
        lambda: header.update({one: None}),
        lambda: header.pop(one),
        lambda: header.update({"../" + one: header[one]}),
        lambda: header.update({str(i): header[one] for i in range(40000)}),
        lambda: header.update(__metadata__={"a": {"b": 1}}),
    ]
    draw.choice(changes)()
    text = json.dumps(header).encode()
    if draw.random() < 0.1:
        text = draw.choice([b"[" * 100_000, b"\xff" * 50, b"{" * 9, b'{"a":' * 50_000, b"0"])
    length = len(text) if draw.random() < 0.9 else draw.choice([2**63, 2**27, 0, len(text) + 1])
    return length.to_bytes(8, "little") + text + body


MUTATIONS = [
    *(truncated, flipped, flipped, flipped_at_an_end, overwritten, shortened, lengthened, joined),
    *(nothing, numbers_exchanged, numbers_exchanged, dtypes_exchanged, names_exchanged),
    *(other_archive, other_archive, other_archive),
]


def memory(line):
    """VmRSS or VmHWM, its highest value, in bytes."""
    return int(re.search(rf"{line}:\s*(\d+) kB", Path("/proc/self/status").read_text())[1]) << 10


def forget_highest():
    Path("/proc/self/clear_refs").write_text("5")


def good_files(folder):
    """The bytes of files that load, with their endings."""
    model = network()
    files = [Path(folder, name) for name in ("a.npz", "b.npz", "a.safetensors", "b.safetensors")]
    for path in files:
        write(str(path), state_of(model)) if path.stem == "b" else model.save_weights(path)
    compressed = Path(folder, "c.npz")
    with np.load(files[0]) as archive:
        np.savez_compressed(compressed, **archive)
    for path in [*files, compressed]:
        network().load_weights(path)
    return [(path.read_bytes(), path.suffix) for path in [*files, compressed]]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    warnings.simplefilter("ignore")  # of duplicate members, and of optimizers that do not fit
    draw, outcomes, grown = random.Random(given.seed), Counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        good = good_files(folder)
        model = network()
        before = [v.numpy() for v in (*model.weights, *model.optimizer.variables)]
        for i in range(given.files):
            data, ending = draw.choice(good)
            mutation = draw.choice(MUTATIONS)
            data = mutation(data, draw)
            path = Path(folder, f"x{ending}")
            path.write_bytes(data)
            del data
            forget_highest()
            high = memory("VmRSS")
            try:
                model.load_weights(path)
                outcomes["loaded"] += 1
                values = [v.numpy() for v in (*model.weights, *model.optimizer.variables)]
                assert [v.shape for v in values] == [v.shape for v in before]
                before = values
            except ValueError as error:
                outcomes["refused"] += 1
                assert str(path) in str(error), f"{i}, {mutation.__name__}: {error}"
                after = [v.numpy() for v in (*model.weights, *model.optimizer.variables)]
                pairs = zip(before, after, strict=True)
                assert all(np.array_equal(a, b, True) for a, b in pairs), f"{i}: weights changed"
            grown = max(grown, memory("VmHWM") - high)
            assert grown < MOST, f"{i}, {mutation.__name__}: {grown:,} bytes"
        assert not os.path.exists("/tmp/harm")
    print(f"{given.files} files: {dict(outcomes)}; at most {grown / 2**20:.1f} MB more memory")


if __name__ == "__main__":
    main()
