"""What a wheel may cost the machine that installs it.

    check_install.py size      a wheel under 5 MB, no C++ or OpenMP runtime, no symbol but entries
    check_install.py import    imports silently, in at most 0.05 s more than NumPy, or 0.6 of what
                               Python with NumPy takes, where the machine is slower

Run it by the Python that has fastnn.
"""

import importlib.metadata
import io
import math
import os
import re
import resource
import subprocess
import sys
import zipfile

LARGEST = 5_000_000  # bytes
SLOWEST, SLOWEST_SHARE = 0.05, 0.6  # seconds of a processor; of NumPy's
ROUNDS = 100
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
    """What a Python that imports the module takes of a processor, and what it prints. NumPy's
    OpenBLAS on one thread: its others spin while they wait."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = subprocess.run(
        [sys.executable, "-c", f"import {module}"],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
    return user + system, said.stdout + said.stderr


def check_import():
    """The least of many rounds: other work on the machine only adds to it."""
    numpy = fastnn = math.inf
    for done in range(1, ROUNDS + 1):
        numpy = min(numpy, seconds("numpy")[0])
        took, said = seconds("fastnn")
        fastnn = min(fastnn, took)
        most = max(SLOWEST, SLOWEST_SHARE * numpy)
        if done >= 10 and fastnn - numpy <= most:
            break
    print(
        f"numpy {numpy:.3f} s, fastnn {fastnn - numpy:.3f} s more, at most {most:.3f}, "
        f"least of {done} rounds"
    )
    return ["too slow"] * (fastnn - numpy > most) + [f"import prints {said!r}"] * bool(said)


if __name__ == "__main__":
    found = {"size": check_size, "import": check_import}[sys.argv[1]]()
    sys.exit("\n".join(found) or 0)
