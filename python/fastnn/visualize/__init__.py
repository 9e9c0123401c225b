"""Looking at models and at what they have learnt: figures, and what pixels an answer rests on.

Figures are matplotlib's (``pip install "fastnn[plot]"``), made without pyplot: they need no screen,
show themselves in notebooks, and are saved by ``figure.savefig("a.png")``. Each function draws into
`figure`, a new one or the figure or subfigure that is given.
"""

from .gradients import grad_cam, saliency
from .layers import activation_maps, first_layer_filters
from .results import confusion_matrix, curves, mistakes, overlay

__all__ = [
    "activation_maps",
    "confusion_matrix",
    "curves",
    "first_layer_filters",
    "grad_cam",
    "mistakes",
    "overlay",
    "saliency",
]
