"""Which files ModelCheckpoint writes when: nothing is written here."""

import os

import numpy as np

from parity import case, weights
from parity.fit import CLASSES, X, network


@case(
    epochs=("{epoch:02d}-{loss:.3f}-{val_loss:.3f}", {}),
    best=("{epoch}", {"save_best_only": True}),
    most=("{epoch}", {"save_best_only": True, "monitor": "val_accuracy", "mode": "max"}),
    auto=("{epoch}", {"save_best_only": True, "monitor": "accuracy"}),
    threshold=("{epoch}", {"save_best_only": True, "initial_value_threshold": 5.0}),
    batches=("{epoch}-{batch:02d}-{accuracy:.2f}", {"save_freq": 4}),
)
def model_checkpoint(k, name, arguments):
    model = network(k)
    model.compile(k.optimizers.SGD(4.0), "sparse_categorical_crossentropy", metrics=["accuracy"])
    ending = ".weights.h5" if k.__name__ == "keras" else ".npz"
    names = []
    model.save_weights = lambda path, overwrite=True: names.append(os.path.basename(path))
    saving = k.callbacks.ModelCheckpoint(name + ending, save_weights_only=True, **arguments)
    data = (X[:9] + 0.1, CLASSES[:9])
    model.fit(
        *(X, CLASSES, 5, 6),
        verbose=0,
        shuffle=False,
        validation_data=data,
        callbacks=[saving],
    )
    text = "\n".join(name.removesuffix(ending) for name in names)
    return {"names": np.frombuffer(text.encode(), "uint8").astype(float)} | weights(model)
