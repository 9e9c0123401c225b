"""Pooling, and layers that change shapes."""

from . import case, numbers
from .layers import ask

PICTURES = (2, 7, 6, 4)


@case(
    **{
        f"{kind}_{name}": (kind, arguments)
        for kind in ("MaxPooling2D", "AveragePooling2D")
        for name, arguments in {
            "two": {"pool_size": 2},
            "strides": {"pool_size": (3, 2), "strides": 2},
            "same": {"pool_size": 2, "padding": "same"},
            "same_overlap": {"pool_size": (3, 4), "strides": (1, 2), "padding": "same"},
        }.items()
    },
    default=("MaxPooling2D", {}),
    average=("GlobalAveragePooling2D", {}),
    average_kept=("GlobalAveragePooling2D", {"keepdims": True}),
    max=("GlobalMaxPooling2D", {}),
    max_kept=("GlobalMaxPooling2D", {"keepdims": True}),
)
def pooling(k, kind, arguments):
    return ask(getattr(k.layers, kind)(**arguments), numbers(*PICTURES))


MARGINS = {"number": 2, "pair": (1, 2), "pairs": ((0, 1), (2, 0)), "mixed": (1, (0, 2))}


@case(
    **{f"pad_{name}": ("ZeroPadding2D", (margin,)) for name, margin in MARGINS.items()},
    **{f"crop_{name}": ("Cropping2D", (margin,)) for name, margin in MARGINS.items()},
    pad=("ZeroPadding2D", ()),
    crop=("Cropping2D", ()),
    up=("UpSampling2D", ()),
    up_more=("UpSampling2D", ((3, 1),)),
    flatten=("Flatten", ()),
    reshape=("Reshape", ((6, 28),)),
    reshape_rest=("Reshape", ((3, -1, 2),)),
    permute=("Permute", ((3, 1, 2),)),
)
def reshaping(k, kind, arguments):
    return ask(getattr(k.layers, kind)(*arguments), numbers(*PICTURES))


@case
def flatten_numbers(k):
    return ask(k.layers.Flatten(), numbers(3))


@case
def repeat_vector(k):
    return ask(k.layers.RepeatVector(3), numbers(2, 4))
