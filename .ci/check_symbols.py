"""Finds C++ symbols that a kernel object shares with other instruction sets.

    check_symbols.py BUILD_FOLDER

An inline function outside the namespace of its instruction set becomes a weak symbol, and the
linker keeps one copy for all: perhaps the AVX-512 one, which kills a machine without it. So every
C++ symbol of an object in fastnn_kernels_<isa>.dir, defined or wanted, must bear `fastnn::<isa>` in
its name. C names (memcpy, expf) are the C library's and pass.
"""

import re
import subprocess
import sys
from pathlib import Path


def strangers(objects, isa):
    """`object: symbol`, demangled, of each C++ symbol outside the namespace."""
    own = f"6fastnn{len(isa)}{isa}"
    found = set()
    listing = subprocess.run(
        ["nm", "-A", "--format=posix", *objects], check=True, capture_output=True, text=True
    ).stdout
    for line in listing.splitlines():
        where, symbol, kind, *_ = re.match(r"(.*): (\S+) (\S)(.*)", line).groups()
        if symbol.startswith("_Z") and kind in "TDBRWVuUC" and own not in symbol:
            found.add(f"{Path(where).name}: {symbol}")
    names = "\n".join(sorted(found))
    shown = subprocess.run(["c++filt"], input=names, capture_output=True, text=True).stdout
    return shown.split("\n") if found else []


def main(build):
    folders = sorted(Path(build).rglob("fastnn_kernels_*.dir"))
    if not folders:
        sys.exit(f"no kernel objects under {build}")
    bad = []
    for folder in folders:
        isa = folder.name.removeprefix("fastnn_kernels_").removesuffix(".dir")
        objects = sorted(map(str, folder.rglob("*.o")))
        leaked = strangers(objects, isa)
        print(f"{isa}: {len(objects)} objects, {len(leaked)} symbols outside fastnn::{isa}")
        bad += [f"  {isa}: {name}" for name in leaked]
    print("\n".join(bad), end="\n" if bad else "")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
