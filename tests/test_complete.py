"""Every operation has all of its parts; and the check that says so notices each one removed."""

import re
import shutil

import pytest
from completeness import PIECES, missing_pieces, read_tree, stem_of
from contract import OPERATIONS, ROOT


def test_every_operation_is_complete():
    assert missing_pieces() == []


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A copy of all that the check reads."""
    root = tmp_path_factory.mktemp("tree")
    for folder in {piece.path.rpartition("/")[0] for piece in PIECES} | {"src/cpp"}:
        (root / folder).mkdir(parents=True, exist_ok=True)
        for path in (ROOT / folder).glob("*.*"):
            shutil.copy(path, root / folder)
    return root, missing_pieces(root)


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.what)
@pytest.mark.parametrize("name", OPERATIONS)
def test_a_removed_part_is_named(copied, name, piece):
    """Renames one part away: its line appears, and none of another operation."""
    root, before = copied
    tree = read_tree(root)
    path = root / piece.place(tree, name)
    line = f"{name}: no {piece.what} in {piece.path.format(stem=stem_of(tree, name))}"
    if line in before:
        pytest.skip("it is missing already")
    text = path.read_text()
    try:
        path.write_text(re.sub(rf"\b{name}{piece.suffix}\b", "gone", text))
        new = set(missing_pieces(root)) - set(before)
        assert line in new
        assert all(one.startswith(f"{name}: ") for one in new)
    finally:
        path.write_text(text)


def test_a_removed_example_is_named(copied):
    root, _ = copied
    path = root / "python/fastnn/ops/unary.py"
    text = path.read_text()
    try:
        path.write_text(text.replace(">>> ", ""))
        line = "unary_forward: no Python function with an example in python/fastnn/ops/unary.py"
        assert line in missing_pieces(root)
    finally:
        path.write_text(text)
