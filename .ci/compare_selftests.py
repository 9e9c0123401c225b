"""Compares the checksums that selftest_contract printed on two instruction sets.

    compare_selftests.py ONE OTHER

The sets round differently, in sums of up to some hundred terms of size 1; hence a bound on the
difference of two checksums, which are sums of up to some thousand outputs.
"""

import sys

BOUNDS = {"float32": 2e-5, "float64": 1e-12}  # relative, of 1 + |checksum|


def read(path):
    with open(path) as lines:
        return [line.split() for line in lines]


one, other = map(read, sys.argv[1:])
bad = len(one) != len(other)
for (number, name, dtype, x, *_), (*same, y, _) in zip(one, other, strict=False):
    if same != [number, name, dtype]:
        sys.exit(f"{number} {name} {dtype} faces {' '.join(same)}")
    x, y = float(x), float(y)
    if not abs(x - y) <= BOUNDS[dtype] * (1 + abs(x)):  # a NaN is wrong as well
        print(f"{number} {name} {dtype}: {x} and {y}")
        bad = True
print(f"{len(one)} and {len(other)} checksums {'differ' if bad else 'agree'}")
sys.exit(bad)
