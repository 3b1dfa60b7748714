"""A network that returns an object, as Hugging Face's do: `output` says which part of it are the outputs."""

from dataclasses import dataclass

import torch
from skimage import data

import xaesthetic as xa


@dataclass
class Output:
    logits: torch.Tensor


class Net(torch.nn.Module):
    """A network as Hugging Face writes them."""

    def __init__(self):
        super().__init__()
        self.stem, self.head = torch.nn.Conv2d(3, 8, 16, 16), torch.nn.Linear(8, 1)

    def forward(self, pixel_values):
        return Output(self.head(self.stem(pixel_values).mean((2, 3))))


model = xa.wrap(Net(), outputs=["technical quality"], inputs=xa.InputSpec((64, 96), (0.0,) * 3, scale=1.0), output="logits")
print(model.layers, xa.explain(data.coffee(), model).ratings)
