"""The table of a model's layers, as Keras 3 prints it."""

import math
import re

import numpy as np

from ._console import write

# The corners and crossings of a table: above, below the header, between rows, below.
_TOP, _HEAD, _ROW, _BOTTOM = "┏━┳┓", "┡━╇┩", "├─┼┤", "└─┴┘"


def summary(
    model,
    line_length=None,
    positions=None,
    print_fn=None,
    expand_nested=False,
    show_trainable=False,
    layer_range=None,
):
    """Print a table of a model's layers, and how many parameters there are.

    Args:
        model: a model.
        line_length: the characters of a line; by default 88, 108 with connections, 12 more with
            `show_trainable`, but at most what the terminal has, less 4.
        positions: where the columns end: fractions of the line, or characters.
        print_fn: takes the text, in place of stdout.
        expand_nested: whether the layers of a layer that is a model are shown.
        show_trainable: whether to show which layers are trained.
        layer_range: two names, or regular expressions of how they begin: only the layers from the
            first that fits one of them to the last that fits the other are shown.

    Raises:
        ValueError: if the line is too short, or no layer has such a name.

    >>> import types, fastnn
    >>> from fastnn.utils.summary import summary
    >>> layers = types.SimpleNamespace(name="sequential", layers=[], optimizer=None)
    >>> layers.trainable_weights = layers.non_trainable_weights = [fastnn.Variable([1.0, 2.0])]
    >>> summary(layers, line_length=50)
    Model: "sequential"
    ┏━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━┳━━━━━━━━━┓
    ┃ Layer (type)        ┃ Output Shape   ┃ Param # ┃
    ┡━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━╇━━━━━━━━━┩
    └─────────────────────┴────────────────┴─────────┘
     Total params: 4 (16.00 B)
     Trainable params: 2 (8.00 B)
     Non-trainable params: 2 (8.00 B)
    """
    chain = getattr(model, "is_chain", True)
    table = _Table(chain, show_trainable, line_length, positions)
    for layer in _in_range(getattr(model, "operations", model.layers), layer_range):
        connections = None if chain else model.connections(layer)
        for fields in _fields(layer, connections, expand_nested):
            table.add(fields)
    lines = [f'Model: "{model.name}"', *table.lines(), *_totals(model)]
    (print_fn or write)("\n".join(lines) + "\n")


# Rows


def _fields(layer, connections, expand, level=0):
    """For each row: name and type, shape, parameters, connections, whether it is trained."""
    prefix = "   " * level + "└ " if level else ""
    parameters = layer.count_params() if layer.built else 0
    yield (
        f"{prefix}{layer.name} ({getattr(layer, 'kind', None) or type(layer).__name__})",
        _shapes(layer.output_shapes()),
        f"{parameters:,}" if layer.built else "0 (unbuilt)",
        ", ".join(connections or "-"),
        ("Y" if layer.trainable else "N") if parameters else "-",
    )
    if expand:
        for inner in getattr(layer, "layers", ()):
            yield from _fields(inner, None, expand, level + 1)


def _shapes(shapes):
    texts = [f"({', '.join(map(str, shape))})" for shape in shapes]
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]" if texts else "?"


def _in_range(layers, names):
    if names is None:
        return layers
    if isinstance(names, str) or len(names) != 2 or not all(isinstance(n, str) for n in names):
        raise ValueError(f"summary: layer_range is {names!r}; a pair of layers' names is wanted.")
    found = [[i for i, one in enumerate(layers) if re.match(name, one.name)] for name in names]
    if not all(found):
        have = ", ".join(layer.name for layer in layers)
        raise ValueError(
            f"summary: layer_range is {names!r}, which not both are names of layers; there are "
            f"{have or 'none'}."
        )
    first, last = sorted(found, key=min) if min(found[0]) > max(found[1]) else found
    return layers[min(first) : max(last) + 1]


def _totals(model):
    optimizer = list(getattr(model.optimizer, "variables", None) or ())
    trained, fixed = model.trainable_weights, model.non_trainable_weights
    yield _total("Total", [*trained, *fixed, *optimizer])
    yield _total("Trainable", trained)
    yield _total("Non-trainable", fixed)
    if optimizer:
        yield _total("Optimizer", optimizer)


def _total(what, weights):
    sizes = [math.prod(w.shape) for w in weights]
    memory = sum(n * np.dtype(w.dtype).itemsize for n, w in zip(sizes, weights, strict=True))
    unit = 0
    while memory >= 1024 and unit < 5:
        memory, unit = memory / 1024, unit + 1
    units = ("B", "KB", "MB", "GB", "TB", "PB")
    return f" {what} params: {sum(sizes):,} ({memory:.2f} {units[unit]})"


# The table


class _Table:
    """Columns of chosen widths; what is too long for one goes on in the next line."""

    def __init__(self, chain, trainable, line_length, positions):
        import shutil

        usual, length = ((0.45, 0.8, 1.0), 88) if chain else ((0.3, 0.56, 0.74, 1.0), 108)
        header = ["Layer (type)", "Output Shape", "Param #", "Connected to", "Trainable"]
        align = [str.ljust, str.ljust, str.rjust, str.ljust, _centred]
        shown = [True, True, True, not chain, trainable]
        positions = list(positions or usual)
        if trainable:
            positions = [0.9 * end for end in positions] + [
                1.0 if positions[-1] <= 1 else positions[-1]
            ]
            length += 12
        self.shown = [i for i in range(5) if shown[i]]
        self.align = [align[i] for i in self.shown]
        length = line_length or min(length, shutil.get_terminal_size().columns - 4)
        self.widths = _widths(positions, length, len(self.shown))
        head = self._row([header[i] for i in self.shown], "┃", bottom=True)
        self.parts = [[self._line(_TOP), *head, self._line(_HEAD)]]

    def add(self, fields):
        self.parts.append(self._row([fields[i] for i in self.shown], "│"))

    def lines(self):
        """All of them, with a rule between rows."""
        head, *rows = self.parts
        for i, row in enumerate(rows):
            head = [*head, *([self._line(_ROW)] if i else ()), *row]
        return [*head, self._line(_BOTTOM)]

    def _row(self, texts, bar, bottom=False):
        cells = [_wrapped(text, width) for text, width in zip(texts, self.widths, strict=True)]
        height = max(map(len, cells))
        for cell in cells:
            blank = [""] * (height - len(cell))
            cell[:] = blank + cell if bottom else cell + blank
        return [
            bar
            + bar.join(
                f" {align(text, width)} "
                for align, text, width in zip(self.align, line, self.widths, strict=True)
            )
            + bar
            for line in zip(*cells, strict=True)
        ]

    def _line(self, characters):
        left, line, cross, right = characters
        return left + cross.join(line * (width + 2) for width in self.widths) + right


def _widths(positions, length, count):
    """The characters within each column: Keras's positions, less the borders and blanks, which it
    takes from all columns alike."""
    if len(positions) != count:
        raise ValueError(f"summary: positions are {positions}; {count} are wanted, one a column.")
    scale = length if positions[-1] <= 1 else 1  # Keras takes all for fractions
    ends = [int(end * scale) for end in positions]
    wanted = [end - begin + 2 for begin, end in zip([0, *ends], ends, strict=False)]
    widths, total = [], sum(wanted)
    rest = total - (length - count - 1)  # too much, or too little
    for i, width in enumerate(wanted):
        share = round(rest / (count - i)) if rest > 0 else -math.ceil(-rest * width / total)
        widths.append(width - share - 2)
        rest, total = rest - share, total - width
    if min(wanted) < 6 or min(widths) < 1:
        raise ValueError(
            f"summary: a line of {length} characters is too short for columns that end at "
            f"{positions}; give a larger line_length."
        )
    return widths


def _centred(text, width):
    """str.center puts the odd blank now left, now right."""
    return (" " * ((width - len(text)) // 2) + text).ljust(width)


def _wrapped(text, width):
    """Lines of whole words; a word that is longer than a line is cut."""
    lines = [""]
    for word in re.findall(r"\s*\S+\s*", text):
        if lines[-1] and len(lines[-1]) + len(word.rstrip()) > width:
            lines.append("")
        lines[-1] += word
    lines = [line.rstrip() for line in lines]
    return [line if len(line) <= width else line[: width - 1] + "…" for line in lines]
