"""What Keras on PyTorch, in float64, makes of the convolutions in one file; answers go to another.

    python tests/oracle_conv2d.py questions.npz answers.npz

On PyTorch, because XLA does not compile some of them (1x1 windows that are dilated, transposed).
Question i is a function of keras.ops (name<i>), its arrays (array<i>_0 ..) and keywords as text
(keywords<i>); the answer is its result and its gradients with respect to the arrays, for an
upstream gradient of cos(0), cos(1), .. (result<i>, gradient<i>_0 ..).
"""

import ast
import os
import sys

os.environ |= {"KERAS_BACKEND": "torch"}

import keras
import numpy as np
import torch

keras.config.set_floatx("float64")


def main(questions, answers):
    asked, found = np.load(questions), {}
    for i in range(int(asked["count"])):
        function = getattr(keras.ops, str(asked[f"name{i}"]))
        keywords = ast.literal_eval(str(asked[f"keywords{i}"]))
        keys = sorted(key for key in asked if key.startswith(f"array{i}_"))
        arrays = [torch.tensor(asked[key], requires_grad=True) for key in keys]
        result = function(*arrays, **keywords)
        found[f"result{i}"] = result.detach().numpy()
        upstream = torch.cos(torch.arange(result.numel(), dtype=torch.float64))
        gradients = torch.autograd.grad(result, arrays, upstream.reshape(result.shape))
        found |= {f"gradient{i}_{j}": g.numpy() for j, g in enumerate(gradients)}
    np.savez(answers, **found)


if __name__ == "__main__":
    main(*sys.argv[1:])
