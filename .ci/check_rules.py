"""Rules of the house that a search can check. Prints `file:line: what is wrong`, or nothing.

Comments do not count. The reasons are in docs/architecture.md and CONTRIBUTING.md.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 400  # lines; 250 is what one aims at
CODE = {".cpp", ".h", ".cu", ".py", ".pyi"}

# (files, what may not stand there, why)
RULES = [
    (r"src/cpp/(kernels/.*|simd\.h|formulas\.h)", r"\bstd::", "a std:: function in a kernel leaks"),
    (r"src/cpp/(kernels/.*|simd\.h)", r"\bthread_local\b", "a part's memory is its slot's scratch"),
    (r"src/cpp/kernels/.*", r"immintrin\.h|arm_neon\.h", "intrinsics live in simd.h"),
    (r"src/cuda/[^/]*\.cu", r"<<<", "launch with launch()"),
    (
        r"src/cuda/[^/]*\.cu",
        r"\b__shared__\b",
        "shared memory is shared<T>(): checked when emulated",
    ),
    (r"src/cuda/[^/]*\.cu", r"\basm\b", "PTX is wrapped in device.h"),
    (r"src/cuda/[^/]*\.cu", r"__CUDA_ARCH__", "choose by a template argument at the launch"),
    (r"src/cuda/[^/]*\.cu", r"\b__activemask\b", "name the mask"),
    (r"(src|tests)/.*", r"\batomic_thread_fence\b", "g++ 12's ThreadSanitizer misreads fences"),
    (r"(src|python)/.*", r"\.\./shared|/work/", "the library names no folder outside itself"),
]


def without_comments(line, suffix):
    return re.sub(r"#.*" if suffix in {".py", ".pyi"} else r"//.*", "", line)


def tracked_files():
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [name for name in names.splitlines() if (ROOT / name).is_file()]


def complaints(name):
    path = ROOT / name
    if path.suffix not in CODE:
        return
    lines = path.read_text().splitlines()
    written = not (lines and lines[0].startswith("# Made by tools/"))
    if written and len(lines) > LONGEST:
        yield f"{name}: {len(lines)} lines; split it by family (at most {LONGEST})"
    rules = [(re.compile(what), why) for files, what, why in RULES if re.fullmatch(files, name)]
    for number, line in enumerate(lines, 1):
        code = without_comments(line, path.suffix)
        for what, why in rules:
            if what.search(code):
                yield f"{name}:{number}: {why}"


if __name__ == "__main__":
    found = [text for name in tracked_files() for text in complaints(name)]
    print("\n".join(found), end="\n" if found else "")
    sys.exit(bool(found))
