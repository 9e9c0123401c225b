"""Tables on the terminal, and the same rows as dictionaries for JSON."""

import math
from collections import defaultdict

KEYS = ("minimum", "median")
BEST = "the best"  # of the others, row by row
EAGER = "fastnn eager"
AGREE = 1e-3  # relative; what two libraries computed was not the same beyond it


def duration(seconds):
    for unit, size in (("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("s", 1.0)):
        if seconds < 999.5 * size or unit == "s":
            return f"{seconds / size:.3g} {unit}"


def digits(ratio):
    """Three of them."""
    return f"{ratio:.{2 if ratio < 9.995 else 1 if ratio < 99.95 else 0}f}"


def speed(row, seconds):
    if row.flops:
        return f"{row.flops / seconds / 1e9:.4g} GFLOP/s"
    if row.read + row.written:
        return f"{(row.read + row.written) / seconds / 1e9:.4g} GB/s"
    return ""


def level_of(row, threads, limits):
    """The first cache that holds what the row touches, or memory."""
    for level in limits["levels"]:
        if row.memory <= level["holds"] * (threads if level["private"] else 1):
            break
    return level


def is_from_memory(row, threads, limits):
    return bool(row.memory and not row.flops) and level_of(row, threads, limits)["name"] == "memory"


def limit_of(row, threads, limits):
    """What the machine can do at most of what the row does a second, and its name.

    What is both read and written goes as fast as copies do, the rest as fast as it is read, or
    written, alone.
    """
    if not limits or not (row.flops or row.memory):
        return None, None
    if row.flops:
        return limits["fma"], "fma"
    share = row.written / (row.read + row.written)
    kind = "read" if share < 0.1 else "write" if share > 0.9 else "copy"
    level = level_of(row, threads, limits)
    both = min(row.read, row.written)
    seconds = 2 * both / level["copy"]
    seconds += (row.read - both) / level["read"] + (row.written - both) / level["write"]
    return (row.read + row.written) / seconds, f"{level['name']} {kind}"


class Table:
    def __init__(self, what, rows, threads, contenders):
        self.what, self.threads = what, threads
        there = set().union(*(row.calls for row in rows)) - {"fastnn"}
        self.peers = [name for name in contenders if name in there]
        if len(set(self.peers) - {EAGER}) > 1:
            self.peers.append(BEST)
        self.rows = []
        count = f"{self.threads} thread{'s' if self.threads > 1 else ''}"
        columns = "".join(f"{'x ' + name:>16}" for name in self.peers)
        print(f"\n{self.what}, {count}")
        print(f"{'':48}{'minimum':>9}{'median':>9}{'':>16}{'of limit':>10}{columns}{'others':>8}")

    def add(self, row, measured, limits):
        results = measured["results"]
        own = results["fastnn"]
        entry = {"what": self.what, "row": row.name, "group": row.group, "threads": self.threads}
        entry |= {"flops": row.flops, "read": row.read, "written": row.written, **measured}
        self.rows.append(entry)
        if "error" in own:
            print(f"{row.name:48} failed: {own['error'].strip().splitlines()[-1]}")
            return
        limit, name = limit_of(row, self.threads, limits)
        work = row.flops or row.read + row.written
        share = work / own["minimum"] / limit if limit else None
        entry |= {
            "limit": name,
            "limit_a_second": limit,
            "share": share,
            "ratios": self.ratios(results),
        }
        cells = "".join(self.cell(entry["ratios"].get(peer)) for peer in self.peers)
        print(
            f"{row.name[:47]:48}{duration(own['minimum']):>9}{duration(own['median']):>9}"
            f"{speed(row, own['minimum']):>16}{f'{share:.0%}' if share else '':>10}{cells}"
            f"{measured['others']:>8.1f}",
            flush=True,
        )
        for peer, result in results.items():
            self.remark(peer, result, own)

    def ratios(self, results):
        """{peer: its time / fastnn's, of the minima and of the medians}."""
        own = results["fastnn"]
        ratios = {
            peer: {key: result[key] / own[key] for key in KEYS}
            for peer, result in results.items()
            if peer != "fastnn" and "error" not in result
        }
        others = [ratio for peer, ratio in ratios.items() if peer != EAGER]
        if BEST in self.peers and others:
            ratios[BEST] = {key: min(ratio[key] for ratio in others) for key in KEYS}
        return ratios

    def cell(self, ratio):
        if not ratio:
            return f"{'-':>16}"
        return f"{digits(ratio['minimum']):>10}{digits(ratio['median']):>6}"

    def remark(self, peer, result, own):
        if "error" in result:
            print(f"    {peer} failed: {result['error'].strip().splitlines()[-1]}")
        elif result["sum"] is not None and not math.isclose(
            result["sum"], own["sum"], rel_tol=AGREE
        ):
            print(f"    {peer} computed something else: {result['sum']:.6g}, not {own['sum']:.6g}")

    def finish(self):
        """Geometric means of the ratios, of each group that has more than one row."""
        groups = defaultdict(list)
        for row in self.rows:
            groups[row["group"]].append(row.get("ratios", {}))
        for group, ratios in groups.items():
            if len(ratios) < 2:
                continue
            cells = ""
            for peer in self.peers:
                there = [one[peer] for one in ratios if peer in one]
                means = {key: mean([r[key] for r in there]) for key in KEYS}
                cells += self.cell(means if there else None)
            print(f"{'geometric mean, ' + group:92}{cells}")


def mean(values):
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None
