"""What the operations are tried on, as data that tests and benchmarks share.

A Case names an operation and describes each operand of operations.def: shape, dtype, and how its
values are drawn. A module a stem lists CASES; its first case of an operation is the plain one:
float32, every operand present, every axis longer than 1. It may also list REFUSED (well formed, but
the data is wrong) and INDEPENDENT (a case and an axis of some operands: a call on the first part
along these axes gives the same bits as that part of the whole call).
"""

import importlib
import pkgutil
import zlib
from dataclasses import dataclass, replace

import numpy as np

FLOATS = ("float32", "float64")
# Lanes come in 4, 8 and 16, tiles in multiples of them: one less, the multiple, one more.
SIZES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 14, 15, 16, 17, 31, 32, 33, 47, 48, 49, 63, 64, 65, 100)


@dataclass(frozen=True)
class Array:
    shape: tuple[int, ...]
    dtype: str = "float32"
    values: str = "normal"  # a function of this module's VALUES
    limit: int = 0  # of the values that take one

    def __str__(self):
        return "x".join(map(str, self.shape)) or "scalar"


@dataclass(frozen=True)
class Case:
    operation: str
    operands: dict[str, Array | list[Array] | None]
    settings: tuple = ()
    addable: bool = True  # may its float outputs add to what is there?
    note: str = ""

    def __str__(self):
        parts = []
        for name, array in self.operands.items():
            arrays = array if isinstance(array, list) else [array]
            parts.append(name + "+".join("None" if one is None else str(one) for one in arrays))
        dtypes = dict.fromkeys(one.dtype for one in self.arrays())
        parts += [*dtypes, *map(str, self.settings), *([self.note] if self.note else [])]
        return f"{self.operation}-" + "-".join(parts)

    def arrays(self):
        for array in self.operands.values():
            yield from array if isinstance(array, list) else [array] if array else []

    def changed(self, name, **changes):
        """The case with one operand's description changed."""
        array = replace(self.operands[name], **changes)
        return replace(self, operands=self.operands | {name: array})

    def make(self):
        """NumPy arrays by name, the same at every call. Outputs too hold what can be added to."""
        rng = np.random.default_rng(zlib.crc32(str(self).encode()))
        made = {}
        for name, array in self.operands.items():
            if isinstance(array, list):
                made[name] = [draw(one, rng) for one in array]
            else:
                made[name] = draw(array, rng) if array else None
        return made


def draw(array, rng):
    values = VALUES[array.values](rng, array)
    with np.errstate(over="ignore"):
        return np.asarray(values).astype(array.dtype).reshape(array.shape)


def normal(rng, array):
    return rng.standard_normal(array.shape)


def integers(rng, array):
    """All that the type holds, or what lies below a limit on both sides."""
    limits = np.iinfo(array.dtype)
    low, high = (-array.limit, array.limit) if array.limit else (limits.min, limits.max)
    return rng.integers(max(low, limits.min), high, array.shape, endpoint=True)


def special(rng, array):
    """Normal numbers between NaN, infinities and zeros of both signs."""
    x = rng.standard_normal(array.shape)
    odd = rng.choice([np.nan, np.inf, -np.inf, 0.0, -0.0], array.shape)
    return np.where(rng.random(array.shape) < 0.5, odd, x)


def softmaxed(rng, array):
    e = np.exp(rng.standard_normal(array.shape))
    return e / e.sum(axis=-1, keepdims=True)


def probabilities(rng, array):
    """Rows that sum to something between 1/2 and 2; every fourth is certain of its first class."""
    p = softmaxed(rng, array) * rng.uniform(0.5, 2, (array.shape[0], 1))
    p[3::4] = np.arange(array.shape[-1]) == 0
    return p


def unit(rng, array):
    """Between 0 and 1; some very near to either, some at them, some beyond."""
    x = rng.random(array.shape)
    odd = rng.choice([0.0, 1.0, 1e-9, 2e-7, 1 - 1e-6, -0.5, 1.5], array.shape)
    return np.where(rng.random(array.shape) < 0.2, odd, x)


def far(rng, array):
    return 100 * rng.standard_normal(array.shape)


def masked(rng, array):
    """Far apart, some at minus infinity, never a whole row."""
    x = far(rng, array)
    x[..., 1:][rng.random(x[..., 1:].shape) < 0.3] = -np.inf
    return x


def wild(rng, array):
    """Every magnitude that float32 has, NaN, infinities, halves, and the edges of the integers."""
    x = rng.standard_normal(array.shape) * 10.0 ** rng.integers(-30, 30, array.shape)
    edges = np.array([0.5, 1.5, 127.9, 255.5, 256, 2.0**31, 2.0**63, 2.0**64])
    odd = rng.choice([*edges, *-edges, np.nan, np.inf, -np.inf], array.shape)
    return np.where(rng.random(array.shape) < 0.4, odd, x)


def curve(rng, array):
    """Where functions bend, 4 wide, and now and then NaN, infinities and zeros of both signs."""
    odd = rng.choice([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0], array.shape)
    return np.where(rng.random(array.shape) < 0.15, odd, 4 * rng.standard_normal(array.shape))


def powers(rng, array):
    """Bases and powers: whole and not, zeros, infinities and NaN."""
    odd = rng.choice([np.nan, np.inf, -np.inf, 0.0, 1.0, -1.0, 2.0, 3.0, -2.0, 0.5], array.shape)
    return np.where(rng.random(array.shape) < 0.7, odd, 3 * rng.standard_normal(array.shape))


def turns(rng, array):
    """Matrices (N, 8): turned by any angle, stretched, moved by up to 9 pixels, a little tilted."""
    angle = rng.uniform(-np.pi, np.pi, array.shape[0])
    m = np.zeros((array.shape[0], 8))
    m[:, 0], m[:, 4] = rng.uniform(0.4, 2, (2, array.shape[0])) * np.cos(angle)
    m[:, 1], m[:, 3] = -np.sin(angle), np.sin(angle)
    m[:, [2, 5]] = rng.uniform(-9, 9, (array.shape[0], 2))
    m[:, 6:] = rng.uniform(0, 0.05, (array.shape[0], 2))
    return m


def shifts(rng, array):
    """Matrices (N, 8) that move by halves and whole pixels: places that fall on one, or between."""
    m = np.tile(np.array([1.0, 0, 0, 0, 1, 0, 0, 0]), (array.shape[0], 1))
    m[:, [2, 5]] = rng.integers(-12, 12, (array.shape[0], 2)) / 2
    return m


def state(rng, array):
    """A seed of 64 bits and a step that needs more than 32."""
    return np.array([rng.integers(-(2**63), 2**63 - 1), 2**33 + rng.integers(2**33)])


VALUES = {
    "normal": normal,
    "special": special,
    "softmax": softmaxed,
    "log softmax": lambda rng, array: np.log(softmaxed(rng, array)),
    "probabilities": probabilities,
    "unit": unit,
    "inside": lambda rng, array: rng.uniform(0.05, 0.95, array.shape),
    "offset": lambda rng, array: 1000 + 0.05 * rng.standard_normal(array.shape),
    "far": far,
    "masked": masked,
    "wild": wild,
    "curve": curve,
    "powers": powers,
    "ternary": lambda rng, array: rng.integers(0, 3, array.shape),
    "state": state,
    "turns": turns,
    "shifts": shifts,
    "few": lambda rng, array: rng.integers(-2, 3, array.shape),
    "positive": lambda rng, array: np.square(rng.standard_normal(array.shape)) + 1e-3,
    "nan": lambda rng, array: np.full(array.shape, np.nan),
    "below": lambda rng, array: rng.integers(0, array.limit, array.shape),
    "limit": lambda rng, array: np.full(array.shape, array.limit),
    "rate": lambda rng, array: np.full(array.shape, 1e-3),
    "norm": lambda rng, array: rng.uniform(0, 6, array.shape),
    "small": lambda rng, array: 0.005 * rng.standard_normal(array.shape),
    "huge": lambda rng, array: 1e30 * rng.standard_normal(array.shape),
    "integers": integers,
}


def stems():
    return [importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)]


def all_cases(listed="CASES"):
    cases = [case for stem in stems() for case in getattr(stem, listed, [])]
    return list({repr(case): case for case in cases}.values())


def plain_cases():
    """The first case of each operation: {name: Case}."""
    plain = {}
    for case in all_cases():
        plain.setdefault(case.operation, case)
    return plain
