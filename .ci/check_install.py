"""What a wheel may cost the machine that installs it.

    check_install.py size      a wheel under 5 MB, no C++ or OpenMP runtime, no symbol but entries
    check_install.py import    imports silently, in at most 0.05 s more than NumPy

Run it by the Python that has fastnn.
"""

import importlib.metadata
import io
import re
import subprocess
import sys
import time
import zipfile

LARGEST = 5_000_000  # bytes
SLOWEST = 0.05  # seconds
SHOWN = r"PyInit_\w+|fastnn_[gs]et_num_threads"  # the latter for threadpoolctl
SYSTEM = r"(libc|libm|libdl|librt|libpthread|libgcc_s|ld-linux[\w-]*)\.so\.\d+"


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def check_size():
    archive = io.BytesIO()
    bad = []
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as wheel:
        for file in importlib.metadata.files("fastnn"):
            if file.suffix == ".pyc":
                continue
            wheel.write(file.locate(), str(file))
            if file.suffix != ".so":
                continue
            needed = re.findall(r"NEEDED.*\[(.*)\]", output("readelf", "-d", file.locate()))
            shown = output("nm", "-D", "--defined-only", "--format=posix", file.locate()).split(
                "\n"
            )
            shown = [line.split()[0] for line in shown if line]
            print(f"{file.name}: {file.size:,} bytes, needs {', '.join(needed)}")
            bad += [f"{file} needs {name}" for name in needed if not re.fullmatch(SYSTEM, name)]
            bad += [f"{file} shows {name}" for name in shown if not re.fullmatch(SHOWN, name)]
    size = len(archive.getvalue())
    print(f"compressed {size:,} bytes, at most {LARGEST:,}")
    return bad + ["too large"] * (size > LARGEST)


def seconds(module):
    start = time.perf_counter()
    said = subprocess.run(
        [sys.executable, "-c", f"import {module}"], check=True, capture_output=True, text=True
    )
    return time.perf_counter() - start, said.stdout + said.stderr


def check_import():
    rounds = [(seconds("numpy"), seconds("fastnn")) for _ in range(15)]
    numpy = min(a[0] for a, _ in rounds)
    fastnn = min(b[0] for _, b in rounds)
    said = rounds[0][1][1]
    print(f"numpy {numpy:.3f} s, fastnn {fastnn - numpy:.3f} s more, at most {SLOWEST}")
    return ["too slow"] * (fastnn - numpy > SLOWEST) + [f"import prints {said!r}"] * bool(said)


if __name__ == "__main__":
    found = {"size": check_size, "import": check_import}[sys.argv[1]]()
    sys.exit("\n".join(found) or 0)
