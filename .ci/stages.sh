# The stages of .ci/run and .ci/nightly, and what runs them. Sourced by both.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
started=$(date +%s)
work=$(mktemp -d "${TMPDIR:-/tmp}/fastnn-ci.XXXXXX")
summary="$work/summary" # the main suite's closing line
export PIP_CONSTRAINT=$PWD/constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1
if [[ -z ${FASTNN_DATA-} && -d ../shared/data ]]; then
  FASTNN_DATA=$(cd ../shared/data && pwd)
  export FASTNN_DATA
fi

minutes() { awk -v s=$(($(date +%s) - $1)) 'BEGIN { printf "%.1f", s / 60 }'; }

# Pytest's closing line comes last, with one failure more where it was a stage that failed.
finish() {
  local status=$? line
  line=$(cat "$summary" 2>/dev/null || echo "0 passed")
  rm -rf "$work"
  echo "== all: $(minutes "$started") min"
  if [[ $status != 0 && $line != *failed* ]]; then
    line="$(grep -oE '[0-9]+ passed' <<<"$line" || echo "0 passed"), 1 failed"
  fi
  echo "$line"
}
trap finish EXIT

# stage NAME COMMAND...: in a subshell, stopping at its first error; a status of 77 means that the
# machine lacks something, which was said.
stage() {
  local name=$1 begin status
  shift
  begin=$(date +%s)
  echo "== $name"
  set +e
  (
    set -e
    "$@"
  )
  status=$?
  set -e
  if [[ $status == 77 && ${CI-} != true ]]; then
    echo "-- skipped: $name"
  elif [[ $status != 0 ]]; then
    echo "-- FAILED: $name ($(minutes "$begin") min)"
    exit 1
  else
    echo "-- $(minutes "$begin") min"
  fi
}

# debian COMMAND PACKAGE...: installs the packages where the command is missing.
debian() {
  local command=$1
  shift
  if ! command -v "$command" >/dev/null && [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >"$work/apt"
  fi
  command -v "$command" >/dev/null || {
    echo "$command is missing (Debian: $*)"
    exit 77
  }
}

environment() {
  debian g++ g++
  (debian ccache ccache) || true
  python3 -m venv "$work/venv"  # the user's: fastnn and what it asks for, nothing else
  python3 -m venv "$work/tools"
  "$work/tools/bin/pip" install -q ruff clang-format cmake ninja pybind11
  python --version
  g++ --version | head -1
  nvcc --version 2>/dev/null | tail -2 | head -1 || echo "no nvcc"
}
export PATH="$work/venv/bin:$work/tools/bin:$PATH"

# The wheel and the self-tests hold the same kernels: the second build takes what the first compiled,
# from a folder of this run, so that nothing older counts. ccache tells compilers apart by name, and pip's
# build says g++.
export CCACHE_DIR="$work/ccache" CXX=${CXX:-g++}
launcher() { if command -v ccache >/dev/null; then command -v ccache; fi; }

lint() {
  ruff check .
  ruff format --check .
  git ls-files --cached --others --exclude-standard '*.cpp' '*.h' '*.cu' |
    xargs clang-format --dry-run --Werror
  python .ci/check_rules.py
}

install() {
  CMAKE_CXX_COMPILER_LAUNCHER=$(launcher) FASTNN_WERROR=ON FASTNN_CUDA=off pip install -q ".[test]"
  python -m fastnn info
}

configure() { # configure FOLDER OPTIONS...
  local folder=$1
  shift
  CMAKE_CXX_COMPILER_LAUNCHER=$(launcher) cmake -Wno-unused-cli -G Ninja -S . -B "$folder" -DFASTNN_WERROR=ON -DFASTNN_SELFTEST=ON -DFASTNN_CUDA=off \
    -DPython_EXECUTABLE="$work/venv/bin/python" -Dpybind11_DIR="$(pybind11-config --cmakedir)" \
    "$@" >"$work/configure" ||
    {
      cat "$work/configure"
      false
    }
}

# One build folder for all that the wheel does not hold. Without a toolkit the emulation takes CUDA's
# headers from PyPI.
compile_checks() {
  local options=(-DFASTNN_EMULATION=ON)
  if command -v nvcc >/dev/null; then
    options+=(-DFASTNN_CUDA=on "-DFASTNN_CUDA_ARCH=${architectures:-80}" -DCMAKE_CUDA_FLAGS=-Xptxas=-v)
  else
    pip install -q --no-deps --target "$work/cuda" nvidia-cuda-runtime nvidia-cuda-crt
    options+=(-DFASTNN_CUDA_INCLUDE="$(dirname "$(find "$work/cuda" -name cuda_runtime_api.h)")")
  fi
  configure "$work/checks" "${options[@]}"
  ninja -C "$work/checks" --quiet >"$work/build" || {
    grep -v ptxas "$work/build"
    false
  }
  command -v nvcc >/dev/null || {
    echo "nvcc is missing: the .cu files were compiled for the emulation alone"
    exit 77
  }
}

ptxas_report() {
  command -v nvcc >/dev/null || {
    echo "nvcc is missing"
    exit 77
  }
  python tools/ptxas.py --check "$work/build"
}

selftests() {
  local test isa one="$work/checks/selftests"
  for test in "$one"/selftest_{team,arena,plan,replay,emulation,contract_emulated,contract_cuda}; do
    if [[ -x $test ]]; then run_quietly "$test"; fi
  done
  checksums "$one/selftest_contract_baseline" >"$work/baseline"
  for isa in $(other_instruction_sets) $(instruction_set); do
    checksums "$one/selftest_contract_$isa" >"$work/$isa"
    python .ci/compare_selftests.py "$work/baseline" "$work/$isa"
  done
  for isa in $(other_instruction_sets) $(instruction_set); do
    run_quietly "$one/selftest_math_$isa"
  done
}

checksums() { # what a self-test of the contract prints; if it fails, the lines that are not good
  "$@" >"$work/said" || {
    grep -v ' ok$' "$work/said" >&2
    return 1
  }
  cat "$work/said"
}

run_quietly() { # prints what a command says only if it fails, else its last line
  if "$@" >"$work/said" 2>&1; then
    echo "$(basename "$1"): $(tail -1 "$work/said")"
  else
    cat "$work/said"
    return 1
  fi
}

instruction_set() { python -c "import fastnn._cpu as cpu; print(cpu.instruction_set)"; }
other_instruction_sets() {
  python -c "import fastnn._cpu as cpu; print(*set(cpu.instruction_sets) - {cpu.instruction_set})"
}

main_suite() {
  local status=0
  pytest | tee "$work/pytest" || status=$?
  tail -1 "$work/pytest" >"$summary"
  return "$status"
}

suite() { # suite NAME=VALUE OPTIONS...
  local setting=$1
  shift
  env "$setting" pytest -q -p no:cacheprovider "$@"
}

# Without what looks at sources, or at other libraries: the same for every set.
isa_suite() {
  suite "FASTNN_ISA=$1" --ignore=tests/test_benchmarks.py --ignore=tests/test_complete.py \
    --ignore=tests/test_examples.py \
    --ignore=tests/test_link.py --ignore=tests/test_ptxas.py
}
any_suite() { if [[ $1 == main ]]; then main_suite; else isa_suite "$1"; fi; }
schedule_suite() { suite "FASTNN_EMULATION_SCHEDULE=$1" -k emulated; }

# The emulated device joins the installed package.
join_emulated() {
  cp "$work"/checks/src/cuda/emulation/_cuda_emulated*.so \
    "$(python -c 'import fastnn; print(fastnn.__path__[0])')"
}
emulated_suites() {
  join_emulated
  side_by_side schedule_suite "$@"
}

# Each test under one order of threads and blocks, and every plain case under both.
emulated_halves() {
  join_emulated
  side_by_side half_suite fifo lifo
}
half_suite() {
  local bits="emulated and (bits or touched or in_place)"
  local rest="emulated and not (bits or touched or in_place)"
  case $1 in
    fifo) set -- "$1" "$bits" "$rest" ;;
    lifo) set -- "$1" "$rest" "$bits" ;;
  esac
  suite "FASTNN_EMULATION_SCHEDULE=$1" -k "$2" && suite "FASTNN_EMULATION_SCHEDULE=$1" -m smoke -k "$3"
}

# side_by_side COMMAND VALUE...: the command with each value, all at once (one suite keeps one core
# busy); what each says is printed when it has ended.
side_by_side() {
  local command=$1 value status=0
  local -A job
  shift
  for value; do
    "$command" "$value" >"$work/said-$value" 2>&1 &
    job[$value]=$!
  done
  for value; do
    wait "${job[$value]}" || status=1
    sed "s/^/$value: /" "$work/said-$value"
  done
  return "$status"
}

# The whole library with sanitizers, in an environment of its own. Python itself leaks on purpose.
sanitized_suite() {
  python3 -m venv "$work/asan"
  FASTNN_SANITIZE=address,undefined FASTNN_SETS=avx2 FASTNN_CUDA=off "$work/asan/bin/pip" install -q ".[test]"
  FASTNN_ISA=avx2 LD_PRELOAD="$(g++ -print-file-name=libasan.so)" ASAN_OPTIONS=detect_leaks=0 \
    "$work/asan/bin/python" -m pytest -q -m smoke
}

thread_sanitizer() {
  configure "$work/tsan" -DFASTNN_MODULES=OFF -DFASTNN_SANITIZE=thread -DCMAKE_BUILD_TYPE=RelWithDebInfo
  local test tests
  tests=$(find tests/cpp -name 'selftest_*.cpp' ! -name '*contract*' ! -name '*math*' -exec basename {} .cpp \;)
  # shellcheck disable=SC2086 # words
  ninja -C "$work/tsan" --quiet $tests
  for test in $tests; do run_quietly "$work/tsan/selftests/$test"; done
}

neon() {
  debian aarch64-linux-gnu-g++ g++-aarch64-linux-gnu
  debian qemu-aarch64 qemu-user
  configure "$work/neon" -DFASTNN_MODULES=OFF -DCMAKE_SYSTEM_NAME=Linux \
    -DCMAKE_SYSTEM_PROCESSOR=aarch64 -DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++
  ninja -C "$work/neon" --quiet
  checksums qemu-aarch64 -L /usr/aarch64-linux-gnu "$work/neon/selftests/selftest_contract_neon" \
    >"$work/neon.txt"
  python .ci/compare_selftests.py "$work/baseline" "$work/neon.txt"
  python .ci/check_symbols.py "$work/neon"
}
