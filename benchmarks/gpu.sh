#!/usr/bin/env bash
# Builds for the GPU that is here, tests on it, measures it:
#
#   benchmarks/gpu.sh OUTDIR [build] [test] [bench]      without names: all three
#
# Needs a CUDA GPU, nvcc, a C++20 compiler, cmake, ninja, NumPy, CuPy, pybind11, scikit-build-core,
# pytest, hypothesis, and no network. fastnn goes into build/gpu/site and is kept there for later
# stages. A stage ends within 10 minutes and leaves OUTDIR/<stage>.log and OUTDIR/<stage>.json (date,
# machine, versions, result); bench also OUTDIR/measurements.json. The exit status is the number of
# stages that failed.
set -uo pipefail
cd "$(dirname "$0")/.."
out=$(mkdir -p "${1:?the folder for the results}" && cd "$1" && pwd)
shift
site=$PWD/build/gpu/site
export PYTHONPATH=$site PYTHONUNBUFFERED=1 FASTNN_CUDA=on FASTNN_CUDA_ARCH=${FASTNN_CUDA_ARCH:-native}

build() {
  python3 -m pip install . --no-build-isolation --no-index --no-deps --upgrade --target "$site" \
    --config-settings build-dir=build/gpu/cmake &&
    python3 -m fastnn info
}

test() {
  python3 -m pytest -k cuda -p no:cacheprovider
}

bench() {
  python3 benchmarks/run.py --device cuda --rounds 5 --json "$out/measurements.json"
}

describe() { # describe STAGE STATUS SECONDS: the JSON
  python3 - "$@" "$out/$1.log" <<'PYTHON'
import datetime
import importlib.metadata
import json
import re
import subprocess
import sys

stage, status, seconds, log = sys.argv[1:]


def said(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


gpu = said("nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader")
cuda = re.search(r"release ([\d.]+)", said("nvcc", "--version") or "")
cupy = [d.name for d in importlib.metadata.distributions() if (d.name or "").startswith("cupy")]
lines = open(log, errors="replace").read().splitlines()
facts = {
    "stage": stage,
    "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
    "gpu": gpu and gpu.split(", ")[0],
    "driver": gpu and gpu.split(", ")[-1],
    "cuda": cuda and cuda[1],
    "compiler": (said("c++", "--version") or "").partition("\n")[0],
    "python": sys.version.split()[0],
    "versions": {name: version(name) for name in ["fastnn", "numpy", *cupy, "pybind11", "pytest"]},
    "commit": said("git", "describe", "--always", "--dirty"),
    "result": {"0": "passed", "124": "out of time"}.get(status, "failed"),
    "seconds": int(seconds),
    "last_line": lines[-1] if lines else "",
}
print(json.dumps(facts, indent=1))
PYTHON
}

failures=0
[[ $# -gt 0 ]] || set -- build test bench
export -f build test bench
export out site
for stage in "$@"; do
  [[ $stage =~ ^(build|test|bench)$ ]] || { echo "no stage '$stage'" && exit 64; }
  begin=$SECONDS
  timeout --kill-after=10 580 bash -c "$stage" 2>&1 | tee "$out/$stage.log"
  status=${PIPESTATUS[0]}
  describe "$stage" "$status" $((SECONDS - begin)) >"$out/$stage.json"
  echo "== $stage: $(sed -n 's/.*"result": "\(.*\)",/\1/p' "$out/$stage.json"), $((SECONDS - begin)) s"
  [[ $status == 0 ]] || failures=$((failures + 1))
done
exit "$failures"
