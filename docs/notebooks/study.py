# %% [markdown]
# # A study: maps beside people's regions
#
# People mark what raises an attribute; maps are held against their regions. Here the regions are the outlines of the
# subjects in the sample, by two simulated people who draw a little differently, so that all of it runs in a minute. With
# real people `xaesthetic annotate` makes the folder ([A study](../annotate.md)).

# %%
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

import xaesthetic as xa

study = Path("study")
(study / "images").mkdir(parents=True, exist_ok=True)
for record in xa.find_records("sample"):
    if record.edit is not None or not record.subject:
        continue
    photo = Image.open(record.path).convert("RGB")
    photo.save(study / "images" / f"{record.id}.png")
    mask = Image.new("L", photo.size)
    for polygon in record.subject:
        ImageDraw.Draw(mask).polygon([(x, y) for x, y in polygon], fill=255)
    for person, drawn in {
        "anna": mask.filter(ImageFilter.MinFilter(9)),
        "ben": mask.filter(ImageFilter.MaxFilter(15)),
    }.items():
        (study / "masks" / person).mkdir(parents=True, exist_ok=True)
        drawn.save(study / "masks" / person / f"{record.id}.png")

sorted(path.name for path in (study / "images").iterdir())

# %% [markdown]
# A run: every photograph, two models, the map and the floor. Then the question, held against the people.

# %%
question = xa.Experiment(
    data="masks",
    root=str(study),
    models=("multigap_lite0", "lite0_ft"),
    methods=("cam", "activation_energy"),
    attributes=("overall",),
    pick=None,
)
compared = xa.compare(question, out="run", draw=False)
judged = xa.judge(compared.run)
sorted(judged.tables)

# %% [markdown]
# The leaderboard holds maps, floors (chance, the centre, the other photographs) and the ceiling (each person against the
# other), with intervals over photographs. With six of them intervals are wide, and no model is told from another.

# %%
leaderboard = judged.tables["leaderboard"]
shown = leaderboard[leaderboard.metric == "average_precision"]
print(shown[["model", "method", "value", "low", "high", "verdict"]].round(2).to_string(index=False))

# %%
print(*judged.warnings, sep="\n")

# %% [markdown]
# How many people and photographs would be enough? `xaesthetic annotations plan` simulates it from a pilot's variances;
# `xaesthetic annotations agreement` says first whether people agree with each other.
