"""How a layer's output becomes a grid, whatever the order of its axes and whatever tokens are no patch."""

import pytest
import torch
from support.odd_networks import INPUTS
from torch import nn

import xaesthetic as xa
from xaesthetic.core.errors import ModelError
from xaesthetic.models.tokens import Layout, find_layout, token_grids

SIZE = (32, 48)  # of the inputs; cells of 8 pixels make 4 x 6
GRID = torch.randn(2, 5, 4, 6, generator=torch.Generator().manual_seed(0))


def laid_out(axes, prefix=0):
    """The slow way, cell by cell."""
    if axes == "bkij":
        return GRID.clone()
    batch, channels, rows, columns = GRID.shape
    result = torch.full((batch, prefix + rows * columns, channels), 7.0)
    for row in range(rows):
        for column in range(columns):
            result[:, prefix + row * columns + column] = GRID[:, :, row, column]
    if axes == "bijk":
        return result.reshape(batch, rows, columns, channels)
    return result if axes == "bnk" else result.transpose(0, 1).contiguous()


@pytest.mark.parametrize(
    ("axes", "prefix"),
    [("bkij", 0), ("bijk", 0), ("bnk", 0), ("bnk", 1), ("bnk", 2), ("bnk", 5), ("nbk", 0), ("nbk", 1)],
)
def test_every_layout_is_found_and_undone(axes, prefix):
    layer = laid_out(axes, prefix)
    layout = find_layout(layer, 2, SIZE, [prefix])
    assert layout == Layout(axes, prefix)
    assert layout.size(layer, SIZE) == (4, 6)
    assert torch.equal(layout.to_grid(layer, SIZE), GRID)
    assert torch.equal(layout.from_grid(GRID, layer), layer)
    gradients = torch.stack([layer, 2 * layer, 3 * layer])  # of three outputs, in front
    assert torch.equal(layout.to_grid(gradients, SIZE), torch.stack([GRID, 2 * GRID, 3 * GRID]))


def test_tokens_that_are_no_patch_stay_as_they_are():
    layer = laid_out("bnk", 2)
    changed = Layout("bnk", 2).from_grid(torch.zeros_like(GRID), layer)
    assert (changed[:, :2] == 7).all()
    assert not changed[:, 2:].any()


@pytest.mark.parametrize(
    ("count", "prefixes", "wanted"),
    [
        (24, [], Layout("bnk", 0)),
        (25, [], Layout("bnk", 1)),
        (25, [1], Layout("bnk", 1)),
        (29, [0, 5], Layout("bnk", 5)),
        (23, [], None),  # no rows and columns of it
    ],
)
def test_tokens_before_the_patches_are_counted(count, prefixes, wanted):
    assert find_layout(torch.zeros(2, count, 5), 2, SIZE, prefixes) == wanted


def test_a_named_grid_goes_before_what_is_inferred():
    assert find_layout(torch.zeros(2, 25, 5), 2, SIZE, grid=(3, 8)) == Layout("bnk", 1, (3, 8))
    assert find_layout(torch.zeros(2, 25, 5), 2, SIZE, grid=(3, 9)) is None  # more cells than tokens
    assert find_layout(torch.zeros(2, 99, 5), 2, SIZE, grid=(4, 6)) is None  # 75 other tokens
    assert Layout("bnk", 1, (3, 8)).size(torch.zeros(2, 25, 5), SIZE) == (3, 8)


def test_a_grid_that_two_ways_explain_is_named_or_refused():
    layer, size = torch.zeros(2, 17, 5), (60, 60)
    assert set(token_grids(17, size)) == {(1, (4, 4)), (8, (3, 3))}
    assert find_layout(layer, 2, size) is None
    assert find_layout(layer, 2, size, [1]) == Layout("bnk", 1)
    assert find_layout(layer, 2, size, grid=(3, 3)) == Layout("bnk", 8, (3, 3))


@pytest.mark.parametrize(
    "layer",
    [torch.zeros(2, 24, 5, dtype=torch.long), torch.zeros(2, 5), torch.zeros(7, 24, 5), torch.zeros(2, 5, 1, 1)],
    ids=["integers", "vectors", "another batch", "one cell"],
)
def test_what_is_no_grid_has_no_layout(layer):
    assert find_layout(layer, 2, SIZE) is None


def test_tokens_that_fit_no_grid_ask_for_it():
    with pytest.raises(ModelError, match=r"23 tokens make no grid .* grid=\(rows, columns\)"):
        Layout("bnk").size(torch.zeros(2, 23, 5), SIZE)


class Transformer(nn.Module):
    """Patches of 16, a class token, two blocks; the outputs read the class token alone."""

    def __init__(self, average=False):
        super().__init__()
        torch.manual_seed(0)
        self.average, self.token = average, nn.Parameter(torch.randn(1, 1, 8))
        self.patches, self.linear = nn.Conv2d(3, 8, 16, 16), nn.Linear(8, 2)
        self.blocks = nn.ModuleList(Block() for _ in range(2))

    def forward(self, x):
        tokens = self.patches(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.token.expand(len(x), -1, -1), tokens], 1)
        for block in self.blocks:
            tokens = block(tokens)
        return self.linear(tokens[:, 1:].mean(1) if self.average else tokens[:, 0])


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.attention, self.linear = (
            nn.LayerNorm(8),
            nn.MultiheadAttention(8, 2, batch_first=True),
            nn.Linear(8, 8),
        )

    def forward(self, tokens):
        normed = self.norm1(tokens)
        return tokens + self.linear(self.attention(normed, normed, normed)[0])


X = torch.randn(2, 3, *INPUTS.size, generator=torch.Generator().manual_seed(0))


def test_a_layer_whose_patches_nothing_reads_gives_its_normalisation():
    model = xa.wrap(Transformer(), layers="blocks.1", inputs=INPUTS)
    assert model.layers == ("blocks.1.norm1",)
    assert any("nothing reads the patches of 'blocks.1' after it" in note for note in model.notes)
    maps = xa.Session(model).run_batch(X, ["grad_cam"]).maps["grad_cam"]
    assert maps.shape == (2, 2, 4, 6)  # inputs are not square
    assert abs(maps).max((0, 2, 3)).all()
    assert model.weights is None


def test_a_layer_whose_patches_are_averaged_is_taken_and_proved():
    model = xa.wrap(Transformer(average=True), layers="blocks.1", inputs=INPUTS)
    assert model.layers == ("blocks.1",)
    results = xa.Session(model).run_batch(X, ["cam"])
    torch.testing.assert_close(
        torch.from_numpy(results.maps["cam"].mean((2, 3))) + model.bias, torch.from_numpy(results.raw), rtol=1e-5, atol=1e-6
    )


def test_gradients_of_tokens_are_those_of_a_cut_network():
    network = Transformer()
    model = xa.wrap(network, layers="blocks.0", inputs=INPUTS)
    taken = model.run(X, "full")
    network.eval()
    tokens = network.patches(X).flatten(2).transpose(1, 2)
    leaf = network.blocks[0](torch.cat([network.token.expand(2, -1, -1), tokens], 1)).detach().requires_grad_()
    raw = network.linear(network.blocks[1](leaf)[:, 0])
    for output in range(2):
        (gradient,) = torch.autograd.grad(raw[:, output].sum(), leaf, retain_graph=True)
        wanted = gradient[:, 1:].transpose(1, 2).unflatten(2, (4, 6))
        torch.testing.assert_close(taken.gradients[0][:, output], wanted)


def test_a_grid_that_cannot_be_inferred_is_named():
    class Cropped(Transformer):
        def forward(self, x):
            tokens = self.patches(x).flatten(2).transpose(1, 2)[:, :23]
            return self.linear(self.blocks[0](tokens).mean(1))

    with pytest.raises(ModelError, match=r"gives a tensor of \(2, 23, 8\), in which no grid .* grid="):
        xa.wrap(Cropped(), layers="blocks.0", inputs=INPUTS)
    with pytest.raises(ModelError, match="grid="):
        xa.wrap(Cropped(), layers="blocks.0", inputs=INPUTS, grid=(5, 6))
    model = xa.wrap(Cropped(), layers="blocks.0", inputs=INPUTS, grid=(11, 2))
    assert model.run(X).activations[0].shape == (2, 8, 11, 2)
