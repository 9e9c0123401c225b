"""A picture of a run's `train` and `infer` rows: how many times as long other libraries take.

    python benchmarks/chart.py RESULTS.json docs/speed.svg [--threads 2]

Of the medians; wants matplotlib.
"""

import argparse
import json
import sys
from pathlib import Path

COLORS = {"torch": "#d1495b", "torch compiled": "#edae49", "keras": "#66a182"}
NAMES = {"torch": "PyTorch", "torch compiled": "PyTorch, compiled", "keras": "Keras on JAX, jitted"}
TITLES = {"train": "A training step with Adam", "infer": "A forward pass"}
BAR = 0.27  # of the place of a row


def draw(axes, title, rows):
    axes.set_title(title, loc="left")
    for i, (peer, color) in enumerate(COLORS.items()):
        there = [(at, row["ratios"][peer]) for at, row in enumerate(rows) if peer in row["ratios"]]
        places = [at + (i - 1) * BAR for at, _ in there]
        bars = axes.barh(
            places, [r["median"] for _, r in there], 0.9 * BAR, color=color, label=NAMES[peer]
        )
        axes.bar_label(bars, fmt=" %.1f", fontsize=7)
    axes.set_yticks(range(len(rows)), [row["row"] for row in rows])
    axes.invert_yaxis()
    axes.set_xscale("log", base=2)
    axes.set_xlim(0.5, 64)
    axes.set_xticks([1, 2, 4, 8, 16, 32], ["1", "2", "4", "8", "16", "32"])
    axes.axvline(1, color="black", linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)


def main():
    # Not this folder: its random.py would be taken for Python's.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from matplotlib import rcParams
    from matplotlib.figure import Figure

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    measured = json.loads(given.results.read_text())
    rows = [r for r in measured["rows"] if r["threads"] == given.threads and "ratios" in r]
    parts = {what: [r for r in rows if r["what"] == what] for what in TITLES}
    parts = {what: there for what, there in parts.items() if there}
    if not parts:
        parser.error(f"{given.results} has no row of train or infer with {given.threads} threads")
    rcParams["svg.hashsalt"] = "fastnn"  # the same picture from the same figures
    figure = Figure(figsize=(7, 0.45 * sum(map(len, parts.values())) + 1.5), layout="constrained")
    heights = [len(there) for there in parts.values()]
    for axes, (what, there) in zip(
        figure.subplots(len(parts), 1, height_ratios=heights, squeeze=False).flat,
        parts.items(),
        strict=True,
    ):
        draw(axes, TITLES[what], there)
    figure.axes[0].legend(frameon=False, fontsize=8, loc="lower right")
    machine, threads = measured["machine"], "thread" if given.threads == 1 else "threads"
    figure.supxlabel(
        f"time of others over fastnn's; {machine['processor']}, {given.threads} {threads}, "
        f"{measured['date'][:10]}",
        fontsize=8,
    )
    figure.savefig(given.picture, metadata={"Date": None})


if __name__ == "__main__":
    main()
