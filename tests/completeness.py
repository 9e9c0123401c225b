"""Which parts of which operations are missing from a tree.

    python tests/completeness.py

Every operation of operations.def has a part in each place of PIECES, in files of one stem: that of
the file that defines the CPU kernel or, where that is what is missing, of most other parts. A
family that outgrows a file goes on in <stem>_<more>; its stem is the one that has checks.
"""

import ast
import functools
import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from contract import ROOT, read_operations


@functools.cache
def defined_in_cpp(text):
    """The functions whose first operand is an output, and that have a body."""
    code = re.sub(r"//.*", "", text)
    return set(re.findall(r"\bvoid (\w+)\((?:Maybe|In)?Out[^;{}]*\)[^;{}]*\{", code))


@functools.cache
def defined_in_python(text):
    return {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}


@functools.cache
def mentioned(text):
    return set(words(ast.parse(text)))


@functools.cache
def documented(text):
    """What is used by public functions whose docstring shows an example, and by the private ones
    of the file that these call."""
    functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    shown = [f for f in functions if not f.name.startswith("_") and has_example(f)]
    used = set(chain.from_iterable(words(node) for f in shown for node in f.body[1:]))
    helpers = [f for f in functions if f.name.startswith("_") and f.name in used]
    return used.union(*(words(f) for f in helpers))


def has_example(function):
    return ">>> " in (ast.get_docstring(function) or "")


def words(node):
    """Every name, attribute, string and function name at and below a node."""
    for child in ast.walk(node):
        for field in ("id", "attr", "value", "name"):
            word = getattr(child, field, None)
            if isinstance(word, str):
                yield word


@dataclass(frozen=True)
class Piece:
    what: str
    path: str
    names: Callable[[str], set]  # what a file's text holds
    suffix: str = ""  # of the operation's name

    def stems(self, tree, name):
        """The files of its folder that hold the operation's part."""
        texts = tree[self.path]
        return [stem for stem, text in texts.items() if name + self.suffix in self.names(text)]

    def place(self, tree, name):
        """The path of the file that holds the operation's part, or should."""
        stem = stem_of(tree, name)
        found = [one for one in self.stems(tree, name) if family_of(tree, one) == stem]
        return self.path.format(stem=found[0] if found else stem)


PIECES = (
    Piece("CPU kernel", "src/cpp/kernels/{stem}.cpp", defined_in_cpp),
    Piece("CPU schedule", "src/cpp/kernels/{stem}.cpp", defined_in_cpp, "_schedule"),
    Piece("CUDA twin", "src/cuda/{stem}.cu", defined_in_cpp),
    Piece("check", "src/cpp/checks/{stem}.cpp", defined_in_cpp, "_check"),
    Piece("reference", "tests/reference/{stem}.py", defined_in_python),
    Piece("magnitude", "tests/reference/{stem}.py", defined_in_python, "_magnitude"),
    Piece("cases", "tests/cases/{stem}.py", mentioned),
    Piece("Python function with an example", "python/fastnn/ops/{stem}.py", documented),
    Piece("benchmark", "benchmarks/{stem}.py", mentioned),
)


def read_tree(root):
    """The texts of the files that may hold parts: {path of a piece: {stem: text}}."""
    paths = {piece.path: sorted(root.glob(piece.path.format(stem="*"))) for piece in PIECES}
    return {pattern: {p.stem: p.read_text() for p in found} for pattern, found in paths.items()}


CHECKS = PIECES[3].path


def family_of(tree, stem):
    """conv2d of conv2d_backward_w."""
    short = stem
    while short not in tree[CHECKS] and "_" in short:
        short = short.rpartition("_")[0]
    return short if short in tree[CHECKS] else stem


def stem_of(tree, name):
    """Other families may use a kernel too, so the file that defines it decides, if there is one."""
    for candidates in (PIECES[:1], PIECES):
        stems = chain.from_iterable(piece.stems(tree, name) for piece in candidates)
        for stem, _ in Counter(family_of(tree, one) for one in stems).most_common(1):
            return stem
    return "<stem>"


def missing_pieces(root=ROOT):
    """One line a missing part: "gemm: no CUDA twin in src/cuda/gemm.cu"."""
    tree = read_tree(Path(root))
    missing = []
    for name in read_operations(Path(root)):
        stem = stem_of(tree, name)
        for piece in PIECES:
            if stem not in {family_of(tree, one) for one in piece.stems(tree, name)}:
                missing.append(f"{name}: no {piece.what} in {piece.path.format(stem=stem)}")
    return missing


if __name__ == "__main__":
    lines = missing_pieces()
    print("\n".join(lines) or "Every operation is complete.")
    sys.exit(bool(lines))
