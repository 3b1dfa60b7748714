"""Which model with which weights, as it is written on the command line and kept in an experiment.

`NAME` is a plug-in, `NAME=FOLDER` one with weights of one's own; a path to a folder with a `model.toml` is a model folder;
`timm:NAME`, `torchvision:NAME` and `pyiqa:NAME` are those libraries' models. `=random` stands for random weights.
"""

from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from xaesthetic.core import plugins
from xaesthetic.core.errors import ModelError, PluginError
from xaesthetic.core.extras import EXTRAS, is_installed
from xaesthetic.core.files import printable

MODELS = ("multigap_lite0", "lite0_ft")
RATINGS_MODELS = ("multigap_lite0_ratings", "lite0_ft_ratings")
EDITS_MODEL = "multigap_lite0_edits"
FREE_MODELS = (EDITS_MODEL, "lite0_ft_edits")
METHODS = ("cam", "activation_energy")
PICK = 5
"""What is chosen where nothing is named: models (the edits model where it has an attribute that is named; the free ones
where only free weights are wanted) and methods, and how many of the highest and lowest are shown."""
RANDOM = "random"
"""The word that stands for random weights in the place of a folder; a folder of that name is `./random`."""
FAMILIES = ("timm", "torchvision", "pyiqa")
"""Libraries whose models are named behind a colon."""
MODEL_FILE = "model.toml"
"""What makes a folder a model folder."""


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model by name, with its own weights, with those of a folder, or with random ones."""

    name: str
    """A name that ``xaesthetic list models`` shows, a model folder, or a library's model (`timm:NAME`)."""
    source: str | None = None
    """What stands behind the equals sign; None where there is no such sign."""

    @classmethod
    def parse(cls, text: str) -> "ModelChoice":
        """Read `NAME`, `NAME=FOLDER` or `NAME=random`.

        Examples
        --------
        >>> ModelChoice.parse("resnet50_ft=my/weights").key
        'resnet50_ft-weights'
        >>> ModelChoice.parse("timm:convnext_tiny=random").key
        'timm-convnext_tiny-random'
        """
        name, sign, source = text.partition("=")
        return cls(name, source if sign else None)

    @property
    def random(self) -> bool:
        """Whether random weights are wanted."""
        return self.source == RANDOM

    @property
    def weights(self) -> Path | None:
        """The folder of weights; None for the model's own, and for random ones."""
        return Path(self.source) if self.source and not self.random else None

    @property
    def family(self) -> str:
        """The library that the model is of: one of `FAMILIES`; empty where it is none's."""
        family = self.name.partition(":")[0]
        return family if ":" in self.name and family in FAMILIES else ""

    @property
    def folder(self) -> Path | None:
        """The model folder; None where the choice is a plug-in or a library's model.

        What holds a slash is a path. A name without one is a folder where it holds a `model.toml` and no plug-in is
        called so.
        """
        if self.family:
            return None
        if "/" in self.name or "\\" in self.name or self.name in (".", ".."):
            return Path(self.name)
        is_folder = self.name.isprintable() and (Path(self.name) / MODEL_FILE).is_file()
        return Path(self.name) if is_folder and self.name not in plugins.names("models") else None

    @property
    def key(self) -> str:
        """The model's name in a run: with the name of its folder of weights behind a dash, where it has one."""
        is_path = "/" in self.name or "\\" in self.name or self.name in (".", "..")
        plain = self.name.replace(":", "-") if self.family else self.name
        name = Path(self.name).resolve().name if is_path and not self.family else plain
        return f"{name}-{Path(self.source).resolve().name}" if self.source else name

    def or_weights(self, source: str | None) -> "ModelChoice":
        """Return the same choice, with these weights where it names none itself."""
        return self if self.source is not None or not source else replace(self, source=source)

    def __str__(self) -> str:
        return self.name if self.source is None else f"{self.name}={self.source}"


def validate_choice(choice: ModelChoice) -> None:
    """Make sure that a chosen model is there, as far as that can be said without importing it.

    Raises
    ------
    PluginError
        If there is no such plug-in, or the library is not installed.
    ModelError
        If there is no such model folder, or the weights that go with it are others than its own.
    """
    if not is_installed(choice.family):
        extra = f"'xaesthetic[{choice.family}]'" if choice.family in EXTRAS else choice.family
        raise PluginError(f"{choice.name} needs {choice.family}, which is not installed; pip install {extra}.")
    folder = choice.folder
    if folder is None and not choice.family:
        try:
            plugins.check("models", choice.name)
        except PluginError as error:
            raise PluginError(f"{error} {_meant(choice.name)}") from error
        return
    if folder is not None and not _holds_model(folder):
        raise ModelError(f"{printable(folder)}: {_why_no_model(folder)}{_near(folder)}")
    if choice.weights is not None:
        where = f"put them into a model folder ('xaesthetic new model NAME') and name them in its {MODEL_FILE}"
        raise ModelError(f"{choice.name}: takes no weights behind '=' but the word 'random'; {where}.")


def _meant(name: str) -> str:
    """What else a name could have meant that is no plug-in's."""
    family, sign, _ = name.partition(":")
    if sign:
        return f"{family!r} is no library either; there are {', '.join(FAMILIES)}."
    path = Path(name)
    if not name.isprintable() or not name:
        return "Nor is that the name of a model folder."
    try:
        present = path.exists()
    except OSError:  # a name that is too long
        present = False
    if present:
        return f"{printable(path)}: {_why_no_model(path)}"
    return f"Nor is there a model folder of that name here{_near(path)}"


def _holds_model(folder: Path) -> bool:
    try:
        return (folder / MODEL_FILE).is_file()
    except OSError:  # a name that is too long, links in a circle
        return False


def _why_no_model(path: Path) -> str:
    """Why a path is no model folder."""
    if path.is_dir():
        return f"holds no {MODEL_FILE}; 'xaesthetic new model NAME' writes a model folder."
    if path.is_file():
        return f"is a file; name the folder that holds the {MODEL_FILE}."
    return "there is no such model folder"


def _near(path: Path) -> str:
    """The model folder beside a path that is called nearly like it; an end of the sentence in any case."""
    if path.exists():
        return ""
    try:
        beside = [item.name for item in path.parent.iterdir() if _holds_model(item)]
    except OSError:
        beside = []
    near = get_close_matches(path.name, beside, n=1, cutoff=0.5)
    if near:
        return f"; did you mean {str(path.parent / near[0])!r}?"
    return "; 'xaesthetic new model NAME' writes one, 'xaesthetic list models' shows what else there is."
