"""A method of one's own: a function of one pass that returns a map for each photograph and output.

In a file my_cam.py of a package that the entry point `methods` of the group `xaesthetic` names, it is `--method my_cam`.
"""

import torch

import xaesthetic as xa
from xaesthetic.core.facts import method
from xaesthetic.models.model import Pass


@method(gradients="full", signed=False, promises="It is at least 0.", against="It does not say what lowers an output.")
def my_cam(taken: Pass) -> torch.Tensor:
    """How strongly each cell could move an output: the size of its gradient, over all channels of the last layer."""
    if taken.gradients is None:
        raise ValueError("my_cam reads the gradients themselves")
    return taken.gradients[-1].norm(dim=2)


conv = torch.nn.Conv2d(3, 8, 3, stride=8)
net = torch.nn.Sequential(conv, torch.nn.Flatten(), torch.nn.Linear(8 * 8 * 8, 2))
model = xa.wrap(net, inputs=xa.InputSpec((64, 64), (0.0, 0.0, 0.0)))
maps = my_cam(model.run(torch.randn(3, 3, 64, 64), "full"))
print(f"maps of 3 photographs and 2 outputs: {tuple(maps.shape)}; it declares {my_cam.facts.gradients} gradients")
