# %% [markdown]
# # A model of your own
#
# Any network of torch: it is hooked while it runs, not copied, and left as it was. This one is a ResNet18 with random
# weights and two outputs, so its maps mean nothing; with yours the lines are the same.

# %%
import torch
import torchvision
from skimage import data

import xaesthetic as xa

torch.manual_seed(0)
net = torchvision.models.resnet18(num_classes=2).eval()

model = xa.wrap(net, layers="layer4", outputs=["beauty", "memorability"])
shown = xa.explain(data.astronaut(), model)
shown

# %% [markdown]
# What was assumed of the network, and what was proved:

# %%
print(*model.notes, sep="\n")

# %% [markdown]
# After `layer4` come global averages and a linear layer. That was tried on many inputs, so `cam` is there and adds up:

# %%
for name, values in shown.maps.items():
    bias = model.bias[model.attributes.index(name)].item()
    print(f"{name}: output {shown.raw[name]:+.4f}, mean of its map {values.mean():+.4f} + bias {bias:+.4f}")

# %% [markdown]
# Where something else comes after the layer, `cam` is refused, in one sentence, and other methods are there:

# %%
from xaesthetic import XaestheticError

vgg = xa.wrap(torchvision.models.vgg11(num_classes=1).eval(), outputs=["beauty"])
try:
    xa.explain(data.astronaut(), vgg, method="cam")
except XaestheticError as error:
    print(error)

# %%
xa.explain(data.astronaut(), vgg, method="grad_cam")

# %% [markdown]
# ## Beside other models, on photographs of your own
#
# `xa.compare` takes objects beside names; the run folder can be read again without the model.

# %%
from pathlib import Path

from PIL import Image

folder = Path("photographs")
folder.mkdir(exist_ok=True)
for name in ("astronaut", "coffee", "chelsea", "rocket"):
    Image.fromarray(getattr(data, name)()).save(folder / f"{name}.png")

compared = xa.compare(folder, out="compared", models=[model, "lite0_ft"], attributes=["beauty", "light"])
run = xa.Run.open("compared")
run

# %%
from xaesthetic.run.schemas import PREDICTIONS

table = run.read(PREDICTIONS)
table[table.attribute.isin(["beauty", "light"])].round(2)
