"""Every operation has all of its parts; and the check that says so notices each one removed."""

import re
import shutil

import cases
import fastnn
import pytest
from completeness import PIECES, missing_pieces, read_tree, stem_of
from contract import OPERATIONS, ROOT, read_choices


def test_every_operation_is_complete():
    assert missing_pieces() == []


# What fastnn.ops offers: a name that comes or goes is a decision.
PUBLIC = """
abs absolute adadelta_update adagrad_update adam_update add affine_transform argmax argmin
average_pool batch_norm binary binary_crossentropy bincount broadcast_to cast
categorical_crossentropy celu chain clip compare concatenate confusion_matrix conv2d
conv2d_transpose convert_to_numpy convert_to_tensor copy cos cumsum dense depthwise_conv2d divide
dropout elu equal exp expand_dims exponential flip floor full gather gelu getitem global_norm
greater greater_equal hard_shrink hard_sigmoid hard_silu hard_tanh huber in_top_k isnan layer_norm
leaky_relu less less_equal log log1p log_sigmoid log_softmax logsumexp matmul max max_pool maximum
mean mean_absolute_error mean_squared_error mean_update min minimum mish moveaxis multiply negative
normal norms not_equal one_hot ones pad power prod ravel relu relu6 repeat reshape resize
rmsprop_update roll rsqrt scatter_add segment_sum selu separable_conv2d sgd_update shape sigmoid
sign silu sin slice soft_shrink softmax softplus softsign sparse_categorical_crossentropy
sparse_plus sparse_sigmoid split sqrt square squareplus squeeze stack std stop_gradient subtract sum
sum_pool sum_to swapaxes take tanh tanh_shrink threshold threshold_histogram tile top_k transpose
truncated_normal unary uniform var where zeros
"""


def test_the_public_operations_are_these():
    assert PUBLIC.split() == sorted(fastnn.ops.__all__)


def test_every_choice_has_a_case():
    """Each function of unary, each mode of padding ...: a case in float32 and in float64."""
    choices, seen = read_choices(), set()
    for case in cases.all_cases():
        dtypes = {array.dtype for array in case.arrays()}
        fields = zip(OPERATIONS[case.operation].settings, case.settings, strict=True)
        seen |= {(case.operation, kind, value, d) for (kind, _), value in fields for d in dtypes}
    wanted = {
        (operation.name, kind, value, dtype)
        for operation in OPERATIONS.values()
        for kind, _ in operation.settings
        for value in choices.get(kind, ())
        for dtype in ("float32", "float64")
    }
    # Convolutions end in the very code that ends gemm.
    assert {w for w in wanted - seen if w[1] != "Activation" or w[0] == "gemm"} == set()


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
