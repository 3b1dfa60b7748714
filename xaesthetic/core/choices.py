"""Which model with which weights, as it is written on the command line and kept in an experiment: `NAME`, `NAME=FOLDER`."""

from dataclasses import dataclass, replace
from pathlib import Path

MODELS = ("multigap_lite0", "lite0_ft")
METHODS = ("cam", "activation_energy")
PICK = 5
"""What is chosen where nothing is named: models and methods, and how many of the highest and lowest are shown."""
RANDOM = "random"
"""The word that stands for random weights in the place of a folder; a folder of that name is `./random`."""


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model by name, with its own weights, with those of a folder, or with random ones."""

    name: str
    """A name that ``xaesthetic list models`` shows."""
    source: str | None = None
    """What stands behind the equals sign; None where there is no such sign."""

    @classmethod
    def parse(cls, text: str) -> "ModelChoice":
        """Read `NAME`, `NAME=FOLDER` or `NAME=random`.

        Examples
        --------
        >>> ModelChoice.parse("resnet50_ft=my/weights").key
        'resnet50_ft-weights'
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
    def key(self) -> str:
        """The model's name in a run: with the name of its folder of weights behind a dash, where it has one."""
        return f"{self.name}-{Path(self.source).resolve().name}" if self.source else self.name

    def or_weights(self, source: str | None) -> "ModelChoice":
        """Return the same choice, with these weights where it names none itself."""
        return self if self.source is not None or not source else replace(self, source=source)

    def __str__(self) -> str:
        return self.name if self.source is None else f"{self.name}={self.source}"
