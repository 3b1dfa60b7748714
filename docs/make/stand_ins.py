"""What docs/make/commands.py puts in the place of a reader's own things, and what it does not run, with the reason."""

from collections.abc import Mapping
from dataclasses import dataclass

from pages import ROOT

NETWORK = "needs a network"
DATA = "needs data under a licence of its own (--data)"
MACHINES = "needs more than this machine"
INSTALLS = "installs; .ci/run does it"
SUITE = "runs tests, or these commands"
MAKES = "makes a page or pictures of these documents"
PROGRAM = "starts another project's program"
SKETCH = "is a sketch, to be filled in"
REASONS = (NETWORK, DATA, MACHINES, INSTALLS, SUITE, MAKES, PROGRAM, SKETCH)


@dataclass(frozen=True)
class Skipped:
    """A piece that is not run: where it stands, how it begins, why."""

    page: str
    begins: str
    reason: str


NOT_RUN = (
    Skipped("README.md", "make compare", INSTALLS),
    *(Skipped("CONTRIBUTING.md", f"make {target} ", INSTALLS) for target in ("compare", "install", "hooks")),
    *(Skipped("CONTRIBUTING.md", f"make {target} ", SUITE) for target in ("quick", "test", "lowest", "matrix")),
    Skipped("CONTRIBUTING.md", "make docs", MAKES),
    Skipped("CONTRIBUTING.md", ".venv/bin/pytest", SUITE),
    Skipped("CONTRIBUTING.md", "python docs/make/commands.py", SUITE),
    Skipped("CONTRIBUTING.md", "python docs/make/links.py", NETWORK),
    *(Skipped("CONTRIBUTING.md", f"python docs/make/{page}.py", MAKES) for page in ("evidence", "methods_page")),
    Skipped("CONTRIBUTING.md", "python docs/make/gallery.py", MAKES),
    Skipped("CONTRIBUTING.md", "python docs/make/newcomers.py ../before", MAKES),
    Skipped("CONTRIBUTING.md", "python benchmarks/planted.py", MAKES),
    Skipped("CONTRIBUTING.md", "# a model: ", SKETCH),
    Skipped("docs/annotate.md", "pip install", INSTALLS),
    Skipped("docs/cluster.md", "pip install", INSTALLS),
    Skipped("docs/cluster.md", "ray up", MACHINES),
    Skipped("docs/cluster.md", "OMP_NUM_THREADS=4 xaesthetic explain", MACHINES),
    Skipped("docs/evidence.md", "python docs/make/evidence.py", MAKES),
    Skipped("docs/exporters.md", "import fiftyone", PROGRAM),
    Skipped("docs/exporters.md", "label-studio", PROGRAM),
    Skipped("docs/exporters.md", "tensorboard", PROGRAM),
    Skipped("docs/exporters.md", "mlflow", PROGRAM),
    Skipped("docs/index.md", "pip install", INSTALLS),
    Skipped("docs/models.md", "xaesthetic data fetch", NETWORK),
    Skipped("docs/models.md", "xaesthetic convert malu", NETWORK),
    Skipped("docs/models.md", "xaesthetic compare --attr light --model malu_resnet50", NETWORK),
    Skipped("docs/models.md", "xaesthetic model-server", NETWORK),
    Skipped("docs/models.md", "xaesthetic compare --attr light --model kong_alexnet", NETWORK),
    Skipped("docs/newcomers.md", "python docs/make/newcomers.py ../before", MAKES),
    Skipped("docs/paper.md", "xaesthetic data fetch", NETWORK),
    Skipped("docs/sources.md", "xaesthetic predict --data https:", NETWORK),
    Skipped("docs/start.md", "pip install", INSTALLS),
    # run where --data has what they need
    Skipped("docs/evidence.md", "xaesthetic explain --data osie", DATA),
    Skipped("docs/evidence.md", "xaesthetic score runs/osie", DATA),
    Skipped("docs/evidence.md", "xaesthetic score runs/osie-edited", DATA),
    Skipped("docs/models.md", "xaesthetic table 1 --data para", DATA),
    Skipped("docs/models.md", "xaesthetic train", DATA),
    Skipped("docs/models.md", "xaesthetic compare --attr light --model multigap_lite0_edits=heads", DATA),
    Skipped("docs/paper.md", "xaesthetic reproduce --data aadb", DATA),
    Skipped("docs/paper.md", "xaesthetic data check", DATA),
    Skipped("docs/paper.md", "xaesthetic train", DATA),
    Skipped("docs/paper.md", "torchrun", DATA),
    Skipped("docs/paper.md", "xaesthetic table", DATA),
)
WITH_DATA = {
    "docs/evidence.md": ("osie",),
    "docs/models.md": ("osie", "para", "nima"),
}
"""Pages whose commands for data are run where `--data` holds these. AADB's photographs are nowhere for this script."""

NEWEST = '"$(ls -td runs/*/ | head -1)"'
FILLED = "python fill_study.py"
REPLACED: Mapping[tuple[str, str], str] = {
    ("README.md", "score RUN"): f"score {NEWEST}",
    ("docs/start.md", "score RUN"): f"score {NEWEST}",
    ("CONTRIBUTING.md", "docs/make/measured.py"): f"'{ROOT}/docs/make/measured.py'",
    ("CONTRIBUTING.md", "make help"): f"make --directory '{ROOT}' help",
    ("docs/annotate.md", "xaesthetic annotate "): "xaesthetic annotate --port 0 ",
    ("docs/annotate.md", "xaesthetic annotations forget"): "echo y | xaesthetic annotations forget",
    ("docs/cluster.md", "/shared/"): "shared/",
    ("docs/cluster.md", "/20"): "/2",
    ("docs/command.md", "--shard 3/20"): "--batch 1 --shard 3/4",
    ("docs/models.md", "--root PARA"): "--root data/para",
    ("docs/run-folder.md", "--shard 3/20"): "--batch 1 --shard 3/4",
    ("docs/run-folder.md", "my/photos --out runs/whole"): "my/photos --batch 1 --out runs/whole",
    ("docs/sources.md", "{0000..0031}"): "{0000..0003}",
}
"""On a page, what stands in the place of words that only a reader can have."""

TEN = "xaesthetic compare --attr light --attr depth_of_field --model multigap_lite0 --model lite0_ft --pick 1 --out "
SHARDS = "for part in 1 2 4; do xaesthetic compare --attr light --data my/photos --batch 1 --shard $part/4 --out runs/part-$part; done"
PILOT = (
    "xaesthetic annotate --port 0 my/photos --attr light --study pilot",
    f"{FILLED} pilot",
    "xaesthetic annotations agreement pilot",
    "xaesthetic annotations export pilot --out piloted",
    "xaesthetic compare --data annotations --root piloted --attr light --model multigap_lite0 --model lite0_ft --out run",
)
BEFORE: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("docs/annotate.md", "xaesthetic annotations agreement study"): (f"{FILLED} study",),
    ("docs/annotate.md", "xaesthetic annotations models pilot"): PILOT,
    ("docs/annotate.md", "xaesthetic annotate photographs/ --attr light --attr depth_of_field"): ("rm -r study",),
    ("docs/annotate.md", "xaesthetic annotations backup"): (f"{FILLED} study",),
    ("docs/annotate.md", "xaesthetic compare --data annotations --root marked --attr light --out run"): ("rm -r run",),
    ("docs/annotate.md", "xaesthetic annotations export study --out marked"): ("rm -rf marked",),
    ("docs/cluster.md", "#!/bin/bash"): ("mkdir -p shared; cp -r my/photos shared/photos",),
    ("docs/edit-slider.md", "xaesthetic score runs/mine"): (TEN + "runs/mine",),
    ("docs/exporters.md", "xaesthetic export runs/mine --to fiftyone"): (TEN + "runs/mine",),
    ("docs/models.md", "xaesthetic table 1 --data para"): ("xaesthetic convert nima data/nima/*.hdf5",),
    ("docs/run-folder.md", "xaesthetic compare --attr light --data my/photos --shard"): (SHARDS,),
}
"""What is done before a command, which the page takes for done."""

NET = "import torchvision\nimport xaesthetic as xa\nnet = torchvision.models.resnet18(num_classes=1).eval()\n"
FIRST: Mapping[str, str] = {
    "README.md": NET,
    "docs/start.md": NET,
    "docs/own-model.md": NET,
    "docs/run-folder.md": "import xaesthetic as xa\nfrom xaesthetic.run.schemas import PREDICTIONS\n"
    "xa.compare('my/photos', models=['multigap_lite0'], attributes='light', out='run', draw=False)\n"
    "run = xa.Run.open('run')\nids = [record.id for record in run.records()][:2]\n",
}
"""What a page's Python takes for done."""

LASTING = ("xaesthetic annotate ",)
"""Commands that go on until they are stopped; they are stopped when they say `Ctrl-C ends`."""
CHEAP = ("README.md", "docs/start.md", "docs/own-data.md", "docs/own-model.md", "docs/sources.md")
"""Pages that CI runs, but for these commands, which take long or stand on another of them too."""
DEAR = (
    ("README.md", "xaesthetic compare --attr depth_of_field --slider"),
    ("README.md", "xaesthetic compare --attr depth_of_field --data"),
    ("README.md", "xaesthetic score"),
    ("docs/own-model.md", "xaesthetic check-model timm"),
    ("docs/sources.md", "xaesthetic compare --data 'shards"),
    ("docs/start.md", "xaesthetic "),
)
