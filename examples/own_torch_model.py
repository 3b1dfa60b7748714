"""A network of one's own: wrapped in one line, explained in another; it is neither changed nor copied."""

import torch
from skimage import data
from torch import nn

import xaesthetic as xa

torch.manual_seed(0)
net = nn.Sequential(
    nn.Conv2d(3, 8, 3, stride=4), nn.ReLU(), nn.Conv2d(8, 16, 3, stride=2), nn.ReLU(),
    nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 2),
)  # fmt: skip

model = xa.wrap(net, outputs=["beauty", "memorability"], inputs=xa.InputSpec((96, 96), mean=(127.5,) * 3, std=(127.5,) * 3))
shown = xa.explain(data.astronaut(), model)

print(*model.notes, sep="\n")
for name, value in shown.maps.items():
    bias = model.bias[model.attributes.index(name)].item()
    print(f"{name}: output {shown.raw[name]:.4f} = mean of its map {value.mean():.4f} + bias {bias:.4f}, nearly")
