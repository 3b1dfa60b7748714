"""RISE (Petsiuk et al., BMVC 2018) for all outputs at once, around the mean over its masks."""

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.baselines import DEFAULT
from xaesthetic.core.facts import method
from xaesthetic.methods._perturbed import in_groups, run_all
from xaesthetic.models.baselines import baseline_input
from xaesthetic.models.model import Pass

_MASKS = 1000
_CELLS = 7
_SHOWN = 0.5
_SEED = 0


@method(
    title="RISE",
    passes=f"{_MASKS} and 2",
    layers=False,
    baseline=True,
    against="It is drawn by chance: noise falls with the root of the number of masks. What is covered is an edit.",
)
def rise(taken: Pass, baseline: str = DEFAULT) -> Float[Tensor, "b a h w"]:
    """How much higher an output is on average while a pixel is shown; needs no gradient and no layer.

    M_a(x, y) = Σ_n (y_a(B + m_n (X - B)) - ȳ_a) m_n(x, y) / (N p), where X is the photograph, B the baseline, m_n one of
    N = 1000 masks and ȳ_a the mean over them. A mask is a 7 x 7 grid of which each cell is shown with p = 1/2, enlarged
    smoothly and moved by less than a cell; the same for all photographs, from one seed. The paper leaves ȳ_a out: its map is
    this one plus about ȳ_a, which differs from pixel to pixel by chance alone. Signed; on the input's grid. The baseline is
    the mean color (input 0) where none is named, as in the paper.
    """
    x, random = taken.x, torch.Generator().manual_seed(_SEED)
    blank = baseline_input(x, taken.model.inputs, baseline)
    shape = (*taken.raw.shape, *x.shape[2:])
    seen, total = x.new_zeros(shape), taken.raw.new_zeros(taken.raw.shape)
    shown = x.new_zeros(x.shape[2:])
    with torch.inference_mode(False), torch.no_grad():
        for group in in_groups(_MASKS, x.numel() * x.element_size(), f"rise of {len(x)} photographs"):
            masks = torch.stack([_mask((x.shape[2], x.shape[3]), random) for _ in group]).to(x)
            higher = run_all(taken.model, blank + masks[:, None, None] * (x - blank)) - taken.raw  # smaller numbers to sum
            seen += torch.einsum("nba,nhw->bahw", higher.to(x), masks)
            total += higher.sum(0)
            shown += masks.sum(0)
    return (seen - (total / _MASKS)[..., None, None] * shown) / (_MASKS * _SHOWN)


def _mask(size: tuple[int, int], random: torch.Generator) -> Float[Tensor, "h w"]:
    """Return one mask: cells that are shown or not, enlarged and cut out at a place drawn by chance."""
    cells = (torch.rand((_CELLS, _CELLS), generator=random) < _SHOWN).float()
    cell = [-(-side // _CELLS) for side in size]
    top, left = (int(torch.randint(side, (1,), generator=random)) for side in cell)
    large = torch.nn.functional.interpolate(
        cells[None, None], [(_CELLS + 1) * side for side in cell], mode="bilinear", align_corners=False
    )
    return large[0, 0, top : top + size[0], left : left + size[1]]
