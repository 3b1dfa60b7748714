"""msgspec 0.22 and tuples of fixed length: beside something with a bound (`Side | tuple[Side, Side]`) it reads an item's
type where the bound lies, and crashes; alone they are safe. So no type that a document is parsed into has such a union,
and those with tuples are tried on thousands of malformed values in a process of their own.
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FUZZ = """
import faulthandler, gc, random
faulthandler.enable()
from xaesthetic.core.documents import convert
from xaesthetic.core.errors import DataError
from xaesthetic.data.datasets._shapes import _Corners
from xaesthetic.models.folder import ModelFile
from xaesthetic.run.maps import _Metadata
from xaesthetic.run.rows import Subject
from xaesthetic.train.recipe import Recipe

chance = random.Random(0)
KINDS = [Subject, tuple[float, float, float, float], Recipe, _Corners, _Metadata, ModelFile]
KEYS = ["points", "size", "attributes", "links", "loss_weights", "shape", "chunk_shape", "architecture", "grid", "inputs"]

def value(depth):
    kind = chance.random()
    if depth == 0 or kind < 0.3:
        return chance.choice([1.0, 2, 40, -1, "x", None, True, 1e300, 2**70, float("nan")])
    if kind < 0.5:
        return {key: value(depth - 1) for key in chance.sample(KEYS, chance.randrange(6))}
    return [value(depth - 1) for _ in range(chance.choice([0, 1, 2, 2, 3, 4, 5]))]

refused = 0
for number in range(6000):
    try:
        convert(value(4), "it", chance.choice(KINDS))
    except DataError as error:
        refused += "\\n" not in str(error)
    if number % 300 == 0:
        gc.collect()
print(refused)
"""


def unions(tree):
    """Unions that hold a tuple of fixed length beside anything but None."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            sides = [node.left, node.right]
            others = [side for side in sides if not (isinstance(side, ast.Constant) and side.value is None)]
            if len(others) == 2 and any(map(is_fixed, sides)):
                yield ast.unparse(node)


def is_fixed(node):
    is_tuple = isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "tuple"
    return is_tuple and not any(isinstance(part, ast.Constant) and part.value is ... for part in ast.walk(node.slice))


def test_no_type_of_a_document_has_a_tuple_of_fixed_length_beside_another_kind():
    assert list(unions(ast.parse("a: Side | tuple[Side, Side] | None"))) == ["Side | tuple[Side, Side]"]
    assert not list(unions(ast.parse("a: tuple[int, int] | None; b: Side | tuple[Side, ...]")))
    files = [file for room in ("xaesthetic", "baselines", "reports") for file in (ROOT / room).rglob("*.py")]
    texts = {file.name: text for file in files if "msgspec" in (text := file.read_text(encoding="utf-8"))}
    assert len(texts) > 10
    assert [(name, union) for name, text in texts.items() for union in unions(ast.parse(text))] == []


@pytest.mark.slow
def test_thousands_of_malformed_values_are_refused_and_nothing_crashes():
    done = subprocess.run([sys.executable, "-c", FUZZ], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) > 4000
