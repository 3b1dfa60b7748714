# %% [markdown]
# # A first look
#
# A photograph, what a model says of it, and where that comes from. Nothing is downloaded: the photographs come with
# scikit-image and scikit-learn.

# %%
from skimage import data

import xaesthetic as xa

photo = data.coffee()
shown = xa.explain(photo, "multigap_lite0", ["light", "dof"])
{name: round(value, 2) for name, value in shown.ratings.items()}

# %% [markdown]
# An explanation draws itself; the bar says which colour adds to the rating, and which takes away.

# %%
shown

# %% [markdown]
# The map is an array of the photograph's height and width. It adds up: its mean plus the model's bias is the output.

# %%
model = xa.load_model("multigap_lite0")
light = shown.maps["light"]
bias = model.bias[model.attributes.index("light")].item()
print(
    light.shape, f"mean {light.mean():+.3f} + bias {bias:+.3f} = {light.mean() + bias:.3f}, output {shown.raw['light']:.3f}"
)

# %% [markdown]
# ## Is it the light that it shows?
#
# The same photograph, another attribute, and the floor, which asks no attribute at all. If two attributes' maps are nearly
# one map, the map is not about the attribute.

# %%
import numpy as np


def correlation(one, other):
    return np.corrcoef(one.ravel(), other.ravel())[0, 1]


floor = xa.explain(photo, "multigap_lite0", ["light"], method="activation_energy")
print(f"light with dof:       {correlation(light, shown.maps['dof']):+.2f}")
print(f"light with the floor: {correlation(light, floor.maps['light']):+.2f}")

# %% [markdown]
# And would other training photographs have given the same map? The model holds refits of its head, from disjoint halves
# of its photographs. Below .5 a map does not show what the attribute depends on.

# %%
{name: round(value, 2) for name, value in shown.split_half.items()}

# %%
print(*shown.notes, sep="\n")

# %% [markdown]
# [How much does this map show?](../evidence.md) goes on from here.
