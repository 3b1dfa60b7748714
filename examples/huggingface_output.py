"""A network that returns an object, as those of Hugging Face do: `output` says which part of it are the outputs."""

from dataclasses import dataclass

import torch
from skimage import data

import xaesthetic as xa


@dataclass
class Output:
    """What such a network returns; a dict or a tuple would do as well."""

    logits: torch.Tensor
    hidden: torch.Tensor


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.head = torch.nn.Conv2d(3, 8, 16, stride=16), torch.nn.Linear(8, 1)

    def forward(self, pixel_values):
        hidden = self.stem(pixel_values)
        return Output(self.head(hidden.mean((2, 3))), hidden)


model = xa.wrap(Net(), outputs=["technical quality"], inputs=xa.InputSpec((64, 96), (0.0,) * 3, scale=1.0), output="logits")
print(model.layers, xa.explain_photo(data.coffee(), model).ratings)
