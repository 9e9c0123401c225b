"""Gradients that nobody wants, of frozen weights and of inputs, are not computed."""

import fastnn
from fastnn import devices, ops
from networks import batches, classification_step, mlp


class Counting:
    """A device's module that counts launches."""

    def __init__(self, module):
        self.module, self.names = module, []

    def __getattr__(self, name):
        kernel = getattr(self.module, name)

        def launch(*operands, **keywords):
            self.names.append(name)
            return kernel(*operands, **keywords)

        return launch


def backward_launches(monkeypatch, model, variables):
    x, labels = batches(1)[0]
    counting = Counting(devices.cpu.module)
    with monkeypatch.context() as patch:
        patch.setattr(devices.cpu, "module", counting)
        loss = ops.sparse_categorical_crossentropy(labels, model(x), from_logits=True)
        counting.names.clear()
        fastnn.gradients(loss, variables)
    return {n: counting.names.count(n) for n in ("gemm", "sum_to", "unary_backward")}


def test_gradients_that_nobody_wants_are_not_computed(monkeypatch):
    """A dense layer costs a gemm for its kernel, one for what is below, and a sum for its bias."""
    model = mlp()  # three dense layers; the inputs' gradient is never wanted

    def launches(variables=None):
        wanted = model.trainable_weights if variables is None else variables
        return tuple(backward_launches(monkeypatch, model, wanted).values())

    assert launches() == (5, 3, 2)
    assert launches(model.layers[2].weights[:1]) == (1, 0, 0)
    model.layers[0].trainable = False
    assert launches() == (3, 2, 1)
    model.layers[2].trainable = False
    assert launches() == (2, 1, 1)
    model.layers[0].trainable = True
    assert launches() == (4, 2, 2)


def test_frozen_gradients_are_not_in_a_compiled_step():
    def gemms(freeze):
        model = mlp()
        model.layers[0].trainable = not freeze
        step = fastnn.compile(classification_step(model, fastnn.optimizers.Adam()))
        for x, y in batches(3):
            step(x, y)
        [program] = step.programs()
        return program.dump().count("gemm")

    assert gemms(freeze=False) - gemms(freeze=True) >= 2


def test_one_frozen_weight_keeps_the_others_training():
    model = mlp()
    kernel, bias = model.layers[0].weights
    kernel.trainable = False
    assert all(w is not kernel for w in model.trainable_weights)
    x, labels = batches(1)[0]
    loss = ops.sparse_categorical_crossentropy(labels, model(x), from_logits=True)
    loss.backward()
    assert kernel.grad is None and bias.grad is not None
