"""Pictures to and from arrays; numbered batches in fit."""

import io

from . import case, labels, numbers, set_weights, weights

PICTURE = numbers(13, 17, 4, seed=3, low=0, high=255.99)


def stored(k, channels=3):
    """A picture's file."""
    file = io.BytesIO()
    k.utils.save_img(file, PICTURE[..., :channels], file_format="png", scale=False)
    file.seek(0)
    return file


@case(
    as_it_is=({},),
    grey=({"color_mode": "grayscale"},),
    rgba=({"color_mode": "rgba", "target_size": (5, 9)},),
    larger=({"target_size": (20, 31), "interpolation": "bicubic"},),
    cropped=({"target_size": (6, 4), "interpolation": "bilinear", "keep_aspect_ratio": True},),
    lanczos=({"target_size": [8, 8], "interpolation": "lanczos"},),
    box=({"target_size": (8, 30), "interpolation": "box", "keep_aspect_ratio": True},),
    hamming=({"target_size": (3, 2), "interpolation": "hamming"},),
)
def load_img(k, options):
    loaded = [k.utils.load_img(stored(k, channels), **options) for channels in (1, 3, 4)]
    found = {f"picture{i}": k.utils.img_to_array(img) for i, img in enumerate(loaded)}
    found["first"] = k.utils.img_to_array(loaded[1], data_format="channels_first")
    return found


@case(
    grey=(1, {}),
    rgb=(3, {}),
    rgba=(4, {}),
    rgb32=(3, {"dtype": "float32"}),
    plain=(3, {"scale": False}),
    first=(17, {"data_format": "channels_first"}),
)
def array_to_img(k, channels, options):
    x = PICTURE[..., :channels]
    if channels == 17:
        x = PICTURE[:, :, :3].transpose(2, 0, 1)
    return {"picture": k.utils.img_to_array(k.utils.array_to_img(x, **options))}


@case
def fit_a_dataset(k):
    x, y = numbers(40, 6), labels(40, classes=4)

    class Batches(k.utils.PyDataset):
        def __len__(self):
            return 10

        def __getitem__(self, i):
            return x[4 * i : 4 * i + 4], y[4 * i : 4 * i + 4]

    model = k.Sequential([k.layers.Input((6,)), k.layers.Dense(4, activation="softmax")])
    set_weights(model)
    model.compile(k.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
    history = model.fit(Batches(), epochs=2, shuffle=False, verbose=0).history
    predicted = model.predict(Batches(), verbose=0)
    return {"losses": history["loss"], "predicted": predicted, **weights(model)}
