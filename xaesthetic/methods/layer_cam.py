"""LayerCAM (Jiang et al., IEEE TIP 2021) for all outputs at once, without its two rectifications."""

from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.facts import method
from xaesthetic.methods._gradients import contributions
from xaesthetic.models.model import Pass


@method(
    title="LayerCAM",
    gradients="full",
    promises="It is the paper's map of what raises an output minus that of what lowers it.",
    against="So signed it is hires_cam under another name: never count both as two witnesses.",
)
def layer_cam(taken: Pass) -> Float[Tensor, "b a i j"]:
    """The activations weighed by the gradients at their cells: what raises an output minus what lowers it.

    The paper's map is Σ_k max(0, ∂y_a / ∂f_k(x, y)) f_k(x, y), rectified again at the end. It shows only what raises the
    output; that of -y shows what lowers it. Their difference is Σ_k ∂y_a / ∂f_k(x, y) f_k(x, y), and this map is it, times
    i·j as in `hires_cam`. Signed.

    Raises
    ------
    ModelError
        If the pass was made without gradients.
    """
    return contributions(taken, "layer_cam")
