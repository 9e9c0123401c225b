"""What Keras on JAX, in float64, makes of the convolutions in one file; answers go to another.

    python tests/oracle_conv2d.py questions.npz answers.npz

Question i is a function of keras.ops (name<i>), its arrays (array<i>_0 ..) and keywords as text
(keywords<i>); the answer is its result and its gradients with respect to the arrays, for an
upstream gradient of cos(0), cos(1), .. (result<i>, gradient<i>_0 ..).
"""

import ast
import os
import sys

os.environ |= {"KERAS_BACKEND": "jax", "JAX_ENABLE_X64": "1"}

import jax
import keras
import numpy as np

keras.config.set_floatx("float64")


def main(questions, answers):
    asked, found = np.load(questions), {}
    for i in range(int(asked["count"])):
        function = getattr(keras.ops, str(asked[f"name{i}"]))
        keywords = ast.literal_eval(str(asked[f"keywords{i}"]))
        arrays = [asked[key] for key in asked if key.startswith(f"array{i}_")]
        result, back = jax.vjp(lambda *a, f=function, k=keywords: f(*a, **k), *arrays)
        found[f"result{i}"] = result
        upstream = np.cos(np.arange(result.size)).reshape(result.shape)
        found |= {f"gradient{i}_{j}": g for j, g in enumerate(back(upstream))}
    np.savez(answers, **found)


if __name__ == "__main__":
    main(*sys.argv[1:])
