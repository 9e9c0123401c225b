"""What fastnn.profile gives: a table by layer, and a trace of all launches."""

import html
import itertools
import json
import os
from typing import NamedTuple

from .utils._write import replace


class Owner(NamedTuple):
    """Who makes launches: a layer, or a part of a training step."""

    name: str
    kind: str
    shown: bool  # whether it has a row even without a launch


class Launch(NamedTuple):
    """A launch of a kernel. `labels`: twice the owner's number, and 1 more on the way back; several
    where calls have become one."""

    operation: str
    stage: int
    labels: tuple
    parts: int
    flops: float
    bytes: float
    seconds: float  # the shortest of the rounds
    median: float


class Row(NamedTuple):
    """A layer, or a part of the step. Times are in seconds; `share` is of all launches' time."""

    name: str
    kind: str
    forward: float
    backward: float
    share: float
    flops: float
    bytes: float
    launches: int

    @property
    def seconds(self):
        """Forward and back."""
        return self.forward + self.backward

    @property
    def gflops(self):
        """Billions of operations a second; 0 without products and convolutions."""
        return self.flops / self.seconds / 1e9 if self.seconds else 0.0

    @property
    def gigabytes(self):
        """Billions of bytes a second."""
        return self.bytes / self.seconds / 1e9 if self.seconds else 0.0


class Profile:
    """What fastnn.profile gives.

    Attributes:
        rows: a `Row` for each layer, in the model's order; for the loss, the metrics and the
            optimizer; and for "other", what the step does besides.
        launches: a `Launch` for each, in the order in which they run.
        total: the sum of the launches' seconds.
        step: the seconds that a replay of the whole step took, the shortest of the rounds.
        rounds: how many there were.
    """

    def __init__(self, title, owners, launches, step, rounds):
        self.title, self.launches, self.step, self.rounds = title, launches, step, rounds
        self.total = sum(launch.seconds for launch in launches)
        self._owners = owners
        sums = [[0.0, 0.0, 0.0, 0.0, 0] for _ in owners]
        for launch in launches:
            labels = launch.labels[:1] if launch.flops else launch.labels
            for label in labels:
                of_one = sums[label // 2]
                of_one[label % 2] += launch.seconds / len(labels)
                of_one[2] += launch.flops / len(labels)
                of_one[3] += launch.bytes / len(labels)
                of_one[4] += 1
        self.rows = [  # what nobody else has comes last
            Row(owner.name, owner.kind, f, b, (f + b) / (self.total or 1), flops, nbytes, count)
            for owner, (f, b, flops, nbytes, count) in zip(
                owners[1:] + owners[:1], sums[1:] + sums[:1], strict=True
            )
            if owner.shown or count
        ]

    def _table(self):
        """The cells of the table, as texts."""
        yield "layer", "kind", "forward us", "backward us", "share", "GFLOP/s", "GB/s"
        for row in self.rows:
            yield _cells(row.name, row.kind, row, row.share)
        whole = Row("", "", *map(sum, zip(*[row[2:] for row in self.rows], strict=True)))
        yield _cells("all launches", "", whole, whole.share)

    def _heading(self):
        return f"{self.title}: {_us(self.step)} us, least of {self.rounds}"

    def __str__(self):
        table = list(self._table())
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]

        def line(cells):
            texts = zip(cells, widths, itertools.count(), strict=False)
            return "  ".join(t.ljust(w) if i < 2 else t.rjust(w) for t, w, i in texts).rstrip()

        rule = "-" * (sum(widths) + 2 * len(widths) - 2)
        rows = [line(cells) for cells in table]
        return "\n".join([self._heading(), rows[0], rule, *rows[1:-1], rule, rows[-1]])

    __repr__ = __str__

    def _repr_html_(self):
        def row(cells, tag):
            return f"<tr>{''.join(f'<{tag}>{html.escape(t)}</{tag}>' for t in cells)}</tr>"

        head, *rows = self._table()
        body = "".join(row(cells, "td") for cells in rows)
        return f"<p>{html.escape(self._heading())}</p><table>{row(head, 'th')}{body}</table>"

    def save(self, path):
        """Write the launches, one after the other, each of its shortest length, as a trace that
        https://ui.perfetto.dev and chrome://tracing show.

        Args:
            path: of the JSON file.

        Source: the Trace Event Format (Google, 2016), complete events ("ph": "X").
        """
        if not isinstance(path, (str, bytes, os.PathLike)):
            raise TypeError(f"save: path is a {type(path).__name__}; a path is wanted.")
        replace(path, json.dumps(self._trace(), indent=1).encode())

    def _trace(self):
        events = [{"name": "process_name", "ph": "M", "pid": 1, "args": {"name": self.title}}]
        now = 0.0

        def event(name, labels, begin, end, **arguments):
            way = "backward" if labels[0] % 2 else "forward"
            times = {"ts": begin * 1e6, "dur": (end - begin) * 1e6}
            place = {"ph": "X", "pid": 1, "tid": 1, "cat": way}
            events.append({"name": name, **place, **times, "args": arguments})

        for labels, group in itertools.groupby(self.launches, key=lambda launch: launch.labels):
            group = list(group)
            name = " + ".join(dict.fromkeys(self._owners[label // 2].name for label in labels))
            event(name, labels, now, now + sum(launch.seconds for launch in group))
            for launch in group:
                begin, now = now, now + launch.seconds
                more = {"flops": launch.flops, "bytes": launch.bytes, "parts": launch.parts}
                event(f"{launch.operation}.{launch.stage}", labels, begin, now, layer=name, **more)
        return {"traceEvents": events, "displayTimeUnit": "ns"}


def _us(seconds):
    return f"{seconds * 1e6:,.1f}"


def _cells(name, kind, row, share):
    rates = (f"{rate:,.1f}" if rate else "" for rate in (row.gflops, row.gigabytes))
    return (name, kind, _us(row.forward), _us(row.backward), f"{share:.1%}", *rates)
