"""What a tensor and a variable are to Python, to NumPy and to memory."""

import gc

import fastnn
import numpy as np
import pytest
from fastnn import Tensor, Variable, devices, ops
from networks import batches, classification_step, mlp


def tensor(values, dtype="float32"):
    """One that a gradient is needed of."""
    return Variable(np.array(values, dtype)) + 0.0


def raises(error, message, function, *arguments):
    with pytest.raises(error, match=message):
        function(*arguments)


# Python


def test_what_a_tensor_says():
    t = tensor([[1, 2, 3], [4, 5, 6]])
    assert (t.shape, t.dtype, t.ndim, t.size, len(t)) == ((2, 3), "float32", 2, 6, 2)
    assert t.device is devices.cpu
    assert "shape=(2, 3) dtype=float32 device=cpu" in repr(t) and "[4. 5. 6.]" in repr(t)
    w = Variable([1.5], name="w")
    assert "Variable w shape=(1,)" in repr(w) and "1.5" in repr(w)


def test_a_single_value_is_a_number():
    for t in (tensor(2.0), tensor([2.0]), Variable([[2.0]])):
        assert (float(t), int(t), t.item()) == (2.0, 2, 2.0)
        assert type(t.item()) is float and bool(t)
    assert not tensor(0.0)
    assert [10, 20, 30][Tensor(np.array(1, "int32"))] == 20
    raises(TypeError, "integer", lambda: [1][tensor(0.0)])
    raises(TypeError, "len", len, tensor(2.0))


def test_several_values_are_no_number():
    for read in (float, int, bool, Tensor.item):
        raises(ValueError, "size 1", read, tensor([1.0, 2.0]))


# NumPy


def test_numpy_shares_memory_and_a_variable_copies():
    t, w = tensor([1.0]), Variable([1.0])
    assert np.shares_memory(t.numpy(), t.array)
    assert not np.shares_memory(w.numpy(), w.array)


def test_handing_a_needed_tensor_to_numpy_is_refused():
    for t in (tensor([1.0]), Variable([1.0])):
        for use in (np.asarray, np.array, np.sum, np.exp, lambda t: np.concatenate([t, t])):
            with pytest.raises((RuntimeError, TypeError)):
                use(t)
        raises(RuntimeError, r"detach\(\) or tensor.numpy\(\)", np.asarray, t)
        with fastnn.no_grad():
            assert np.asarray(t).tolist() == [1.0]
    constant = ops.ones((2,))
    assert np.shares_memory(np.asarray(constant), constant.array)
    assert np.asarray(constant, "float64").dtype == np.float64
    assert np.shares_memory(np.asarray(tensor([1.0]).detach()), np.asarray(constant)) is False


@pytest.mark.parametrize(
    "number",
    [2, 2.0, True, np.float32(2), np.float64(2), np.int64(2), np.ones(3, "float32"), [1, 2, 3]],
)
def test_sums_with_numbers_and_arrays_are_tensors(number):
    t = tensor([1.0, 2.0, 3.0])
    for total in (t + number, number + t):
        assert type(total) is Tensor and total.dtype == "float32" and total.requires_grad
        assert total.numpy().tolist() == (np.array([1.0, 2.0, 3.0]) + np.array(number)).tolist()


def test_numbers_take_the_other_operands_dtype():
    for scalar in (2.0, np.float32(2), [2.0]):
        for x in (np.ones(1), Tensor(np.ones(1))):
            assert ops.add(scalar, x).dtype == ops.add(x, scalar).dtype == "float64"
    assert ops.add(np.float32(1), tensor(1.0)).shape == ()


def test_matmul_operator():
    a, b = np.ones((2, 3), "float32"), Tensor(np.ones((3, 4), "float32"))
    for product in (Tensor(a) @ b, a @ b):
        assert type(product) is Tensor and product.numpy().tolist() == [[3.0] * 4] * 2


def test_float_dtypes_are_not_mixed():
    single, double = np.ones((2, 2), "float32"), np.ones((2, 2))
    for a, b in ((single, double), (double, single), (Tensor(single), Tensor(double))):
        raises(TypeError, "add: .* one dtype", ops.add, a, b)
        raises(TypeError, "gemm: .* one dtype", ops.matmul, a, b)
        raises(TypeError, "gemm: .* one dtype", ops.dense, a, b)
        raises(TypeError, "loss_forward: .* one dtype", ops.mean_squared_error, a, b)
    raises(TypeError, "one dtype", lambda: Tensor(single) + double)
    raises(TypeError, "float32 or float64 is wanted", ops.add, np.ones(2, int), np.ones(2, int))


def test_no_other_arithmetic():
    for wrong in ("text", None, object(), {}, 1j):
        raises(TypeError, "no tensor", lambda wrong=wrong: tensor([1.0]) + wrong)


# DLPack


def test_dlpack_shares_memory_and_keeps_it():
    t = ops.full((1000,), 7.0)
    address = t.array.ctypes.data
    seen = np.from_dlpack(t)
    assert seen.ctypes.data == address
    del t
    others = [ops.full((1000,), 1.0) for _ in range(8)]  # would reuse the memory if it were free
    assert (seen == 7).all() and len(others) == 8
    assert ops.ones((2,)).__dlpack_device__() == (1, 0)


def test_dlpack_of_a_variable_is_refused():
    raises(BufferError, "numpy", np.from_dlpack, Variable([1.0]))


def test_what_others_export_is_taken_without_a_copy():
    class Foreign:
        def __init__(self, array):
            self.array = array

        def __dlpack__(self, **arguments):
            return self.array.__dlpack__(**arguments)

        def __dlpack_device__(self):
            return self.array.__dlpack_device__()

    array = np.array([1.0, 2.0], "float32")
    assert np.shares_memory(ops.reshape(Foreign(array), (2, 1)).numpy(), array)


class OnGpu:
    """Another library's array in a GPU's memory."""

    def __init__(self, array, place=2):
        self.array, self.place = array, place

    def __dlpack__(self, **arguments):
        raise AssertionError("NumPy must not be asked for it")

    def __dlpack_device__(self):
        return (self.place, 0)


def test_arrays_on_a_gpu_go_to_the_gpu(monkeypatch):
    """From DLPack or CUDA's array interface, before anybody has asked for the GPU."""
    array = np.array([-1.0, 2.0], "float32")
    adopted = []

    class Gpu:
        def adopt(self, x):
            adopted.append(x)
            return array

    monkeypatch.setattr(devices, "cuda", Gpu)
    interface = type("Numba", (), {"__cuda_array_interface__": {}})()
    for foreign in (OnGpu(array), OnGpu(array, 13), interface):
        assert (ops.relu(foreign).numpy() == [0, 2]).all()
        assert adopted.pop() is foreign


def test_arrays_of_other_devices_are_refused():
    raises(TypeError, "neither the CPU's nor a CUDA GPU's", ops.relu, OnGpu(None, 8))


def test_without_a_gpu_the_error_says_what_is_missing():
    from fastnn._cuda_device import describe

    if "not installed" in describe() or "no CUDA kernels" in describe():
        raises(RuntimeError, "no GPU", ops.relu, OnGpu(None))
    else:
        pytest.skip("there may be a GPU")


# Reshape and Tensor()


def test_reshape():
    t = tensor([[1, 2, 3], [4, 5, 6]])
    shapes = [t.reshape(3, 2), t.reshape((3, 2)), t.reshape([3, -1]), t.reshape(np.int64(3), 2)]
    assert all(r.shape == (3, 2) and np.shares_memory(r.numpy(), t.numpy()) for r in shapes)
    assert t.reshape(6).shape == t.reshape(-1).shape == t.reshape(np.int64(6)).shape == (6,)
    for wrong in (4, -7, (-1, -1), (0, -1)):
        raises(ValueError, "reshape: a tensor", t.reshape, wrong)
    for wrong in ("ab", None, (None,), (1.5,)):
        raises(TypeError, "reshape: shape is", ops.reshape, t, wrong)


def test_tensor_takes_arrays_of_a_device():
    array = np.ones(3, "float32")
    assert Tensor(array).array is array
    for wrong in (None, "text", [1.0], 1.0, Tensor(array), object):
        raises(TypeError, "no array of a device", Tensor, wrong)


# Variables


def test_a_variable_keeps_an_arrays_dtype():
    for dtype in ("float32", "float64", "int32", "int64", "uint8"):
        w = Variable(np.ones(2, dtype))
        assert w.dtype == dtype and w.trainable == w.requires_grad == dtype.startswith("float")
    assert Variable([1, 2]).dtype == Variable(1.0).dtype == "float32"
    assert Variable([1, 2], "float64").dtype == "float64"
    array = np.ones(3)
    w = Variable(array)
    array[:] = 2
    assert w.numpy().tolist() == [1, 1, 1]
    assert Variable(w).numpy().tolist() == Variable(w + 0).numpy().tolist() == [1, 1, 1]


def test_assign():
    w = Variable(np.zeros((2, 2), "float32"))
    buffer = w.array
    for value in (
        [[1, 2], [3, 4]],
        np.array([[1.0, 2.0], [3.0, 4.0]]),
        np.array([[1, 3], [2, 4]], "uint8").T,
        Tensor(np.array([[1, 2], [3, 4]], "float32")),
        Tensor(np.array([[1.0, 2.0], [3.0, 4.0]])),
        Variable([[1, 2], [3, 4]]),
    ):
        version = w.version
        w.assign(np.zeros((2, 2)))
        w.assign(value)
        assert w.numpy().tolist() == [[1, 2], [3, 4]] and w.version == version + 2
    w.assign(w)
    assert w.array is buffer and w.numpy().tolist() == [[1, 2], [3, 4]]


def test_assign_numbers():
    w, n = Variable(0.0), Variable(np.array(0))
    for value in (3, 3.0, np.float64(3), np.array(3), [3][0], True):
        w.assign(value)
        n.assign(value)
        assert w.item() == n.item() == value
    w.assign(float("inf"))
    assert w.item() == float("inf")
    n.assign(2**60 + 1)  # more digits than a double has
    assert n.item() == 2**60 + 1


def test_what_a_variable_refuses():
    w, n = Variable(np.zeros((2, 2), "float32")), Variable(np.zeros(2, "uint8"))
    for shape in ((), (2,), (2, 1), (4,), (1, 2, 2)):
        raises(ValueError, "assign: .* has shape", w.assign, np.zeros(shape))
        raises(ValueError, "assign: .* has shape", w.assign, Tensor(np.zeros(shape, "float32")))
    for wrong in (None, "text", "1.5", 1j, [None, 1], [["a", "b"]] * 2, {}, object(), [2**70]):
        raises(TypeError, "assign: .*real numbers", w.assign, wrong)
        raises(TypeError, "Variable: .*real numbers", Variable, wrong)
    raises(ValueError, "assign", w.assign, [[1], [1, 2]])
    for wrong in ([300, 1], [-1, 1], [1.5, 1], [float("nan"), 1]):
        raises(ValueError, "fit uint8", n.assign, wrong)
    for dtype in ("float16", "complex64", int, None.__class__, [1]):
        raises(TypeError, "dtype", Variable, [1.0], dtype)
    raises(TypeError, "device", Variable, [1.0], None, True, None, "cpu")
    assert not w.numpy().any() and not n.numpy().any() and w.version == n.version == 0


def test_trainable_may_change():
    w = Variable([1.0])
    w.trainable = False
    assert not w.requires_grad and not (w + w).requires_grad
    w.trainable = True
    assert (w + w).requires_grad
    n = Variable(np.array([1]))
    n.trainable = True  # an integer has no gradient
    assert not n.trainable


# Memory


def in_use():
    return devices.cpu.memory_info()[0]


def test_tensors_form_no_cycles():
    model = mlp()
    x, labels = batches(1)[0]
    step = classification_step(model, fastnn.optimizers.Adam())
    step(x, labels)
    gc.collect()
    gc.disable()
    try:
        before = in_use()
        loss = ops.sparse_categorical_crossentropy(labels, model(x), from_logits=True)
        assert in_use() > before
        del loss
        assert in_use() == before
        step(x, labels)
        assert in_use() == before
        model.weights[0].grad = None
        loss = ops.mean_squared_error(model(x), np.zeros((24, 5), "float32"))
        loss.backward()
        del loss
        for w in model.weights:
            w.grad = None
        assert in_use() == before
    finally:
        gc.enable()


def test_a_loss_frees_its_tape_when_it_is_walked():
    model = mlp((20, 512, 512, 5))
    x, labels = batches(1, size=256)[0]
    loss = ops.sparse_categorical_crossentropy(labels, model(x), from_logits=True)
    whole = in_use()
    grads = fastnn.gradients(loss, model.trainable_weights)
    hidden = 2 * 256 * 512 * 4
    assert in_use() <= whole - hidden + sum(w.array.nbytes for w in grads) + 2**16


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
def test_memory_does_not_grow_in_1000_steps(compiled):
    step = classification_step(mlp(dropout=0.2), fastnn.optimizers.Adam())
    step = fastnn.compile(step) if compiled else step
    data = batches(8)
    for x, y in data * 4:
        step(x, y).item()
    gc.collect()
    used, held, size = *devices.cpu.memory_info(), resident()
    for _ in range(125):
        for x, y in data:
            step(x, y).item()
    assert devices.cpu.memory_info() == (used, held)
    assert resident() - size < 2**20  # 1 kB a step
