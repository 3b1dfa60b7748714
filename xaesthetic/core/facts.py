"""What a plug-in declares about itself: one decorator per kind, which sets `function.facts` and returns the same function.

    @metric(higher=True, low=0.0, high=1.0, needs="mask", negative="kept")
    def my_metric(saliency, human):
        ...

`xaesthetic.core.plugins.facts` reads them. This module imports neither torch nor numpy, so that declaring costs nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from xaesthetic.core.attributes import Attribute, as_attributes

_Function = TypeVar("_Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class MetricFacts:
    """How a metric's values are to be read."""

    higher: bool
    """Whether higher is better."""
    low: float
    """The lowest value that can be."""
    high: float
    """The highest."""
    needs: str
    """What of a `HumanMap` it is about: `density`, `fixations`, `mask` or `others`. nan where that is empty."""
    negative: str
    """What becomes of a map's negative values, in a few words."""
    requires: str = ""
    """The module that it imports beyond what is always installed; where that is missing, it is measured only by name."""


@dataclass(frozen=True, slots=True)
class MethodFacts:
    """What a method's maps are and what they cost."""

    adds_up: str = ""
    """What of a map the raw output is, but for a constant: its `mean` or its `sum`; empty where it is neither."""
    gradients: str = "none"
    """Which gradients of the outputs at the layers it reads from its pass: `none`, `sums` (over the grid) or `full`."""
    passes: int | str = 1
    """Its cost in forward passes for all outputs together, the shared one included: a number or a few words."""
    needs_head: bool = False
    """Whether it calls the model's `features` and `head` again."""
    linear: bool = False
    """Whether it explains only outputs that are global averages under one linear layer; other outputs get no map."""
    differentiable: bool = False
    """Whether it needs the outputs' gradient at the input."""
    requires: str = ""
    """The module that it imports beyond what is always installed."""
    layers: bool = True
    """Whether it reads the layers' activations; those that do not work for a network without a grid, too."""
    signed: bool = True
    """Whether its maps say what lowers an output by their sign; those of an unsigned method are at least 0."""
    asks_output: bool = True
    """Whether its map depends on the output; a floor's does not, and is drawn once."""
    baseline: bool = False
    """Whether it compares with a photograph without information, which is a choice (`xaesthetic.core.baselines`): it
    has the parameter `baseline` then."""
    promises: str = ""
    """What its maths promises, in a sentence; empty where nothing."""
    against: str = ""
    """What is known against it, in a sentence."""
    title: str = ""
    """Its name in words, for figures; a literal, as it is read without importing the plug-in."""


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """When a report is drawn, and from what."""

    on_request: bool = False
    """Whether it is drawn only where it is named."""
    last: bool = False
    """Whether it shows the files of other reports and is drawn after them."""
    inputs: Callable[[Any], Sequence[Path]] | None = None
    """A function of the run that gives the files it is drawn from besides the run's tables and maps."""
    summaries: tuple[str, ...] = ()
    """The names of the run's tables that it reads."""


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """Where a data set comes from."""

    downloads: tuple[str, ...] = ()
    """The names of the downloads that it reads (`xaesthetic data fetch NAME`)."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """Where a model's weights come from."""

    downloads: tuple[str, ...] = ()
    """The names of the downloads that it reads, itself or once they are converted."""
    attributes: tuple[Attribute, ...] = ()
    """What it rates with its own weights; empty where it does not say so."""
    title: str = ""
    """Its name in words, for figures; a literal, as it is read without importing the plug-in."""


@dataclass(frozen=True, slots=True)
class ConverterFacts:
    """Where the files that a converter reads come from."""

    downloads: tuple[str, ...] = ()
    """The names of the downloads that it reads."""


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """Where the files of a served model come from."""

    downloads: tuple[str, ...] = ()
    """The names of the downloads that it reads."""


@dataclass(frozen=True, slots=True)
class ExporterFacts:
    """What an exporter needs."""

    requires: str = ""
    """The module that it imports beyond what is always installed; empty where it writes the files by itself."""
    extra: str = ""
    """The extra that installs it, for the error where it is missing."""


Facts = MetricFacts | MethodFacts | ReportFacts | DatasetFacts | ModelFacts | ConverterFacts | ServerFacts | ExporterFacts
"""The facts of a plug-in of any kind."""

CLASSES: Mapping[str, type[Facts]] = {
    "converters": ConverterFacts,
    "datasets": DatasetFacts,
    "exporters": ExporterFacts,
    "methods": MethodFacts,
    "metrics": MetricFacts,
    "models": ModelFacts,
    "reports": ReportFacts,
    "servers": ServerFacts,
}
"""The class of facts of each kind of plug-in."""

DEFAULTS: Mapping[str, Facts] = {
    "converters": ConverterFacts(),
    "datasets": DatasetFacts(),
    "exporters": ExporterFacts(),
    "methods": MethodFacts(),
    "models": ModelFacts(),
    "reports": ReportFacts(),
    "servers": ServerFacts(),
}
"""What holds of a plug-in that declares nothing; nothing does of a metric: a wrong direction ranks models upside down."""


def _declare(facts: Facts) -> Callable[[_Function], _Function]:
    def decorate(function: _Function) -> _Function:
        function.facts = facts  # type: ignore[attr-defined]  # any function takes attributes
        return function

    return decorate


def metric(
    *, higher: bool, low: float, high: float, needs: str, negative: str, requires: str = ""
) -> Callable[[_Function], _Function]:
    """Declare how a metric's values are to be read; the parameters are the fields of `MetricFacts`."""
    return _declare(MetricFacts(higher, low, high, needs, negative, requires))


def method(
    *,
    adds_up: str = "",
    gradients: str = "none",
    passes: int | str = 1,
    needs_head: bool = False,
    linear: bool = False,
    differentiable: bool = False,
    requires: str = "",
    layers: bool = True,
    signed: bool = True,
    asks_output: bool = True,
    baseline: bool = False,
    promises: str = "",
    against: str = "",
    title: str = "",
) -> Callable[[_Function], _Function]:
    """Declare what a method's maps are and cost; the parameters are the fields of `MethodFacts`."""
    return _declare(
        MethodFacts(
            adds_up,
            gradients,
            passes,
            needs_head,
            linear,
            differentiable,
            requires,
            layers,
            signed,
            asks_output,
            baseline,
            promises,
            against,
            title,
        )
    )


def report(
    *,
    on_request: bool = False,
    last: bool = False,
    inputs: Callable[[Any], Sequence[Path]] | None = None,
    summaries: Sequence[str] = (),
) -> Callable[[_Function], _Function]:
    """Declare when a report is drawn and from what; the parameters are the fields of `ReportFacts`."""
    return _declare(ReportFacts(on_request, last, inputs, tuple(summaries)))


def dataset(*, downloads: Sequence[str] = ()) -> Callable[[_Function], _Function]:
    """Declare the names of the downloads that a data set reads."""
    return _declare(DatasetFacts(tuple(downloads)))


def model(
    *, downloads: Sequence[str] = (), attributes: str | Sequence[str | Attribute] = (), title: str = ""
) -> Callable[[_Function], _Function]:
    """Declare the names of the downloads that a model's weights come from, and what it rates.

    Parameters
    ----------
    downloads
        Names that `xaesthetic data fetch` knows.
    attributes
        Names, or with them title, range and direction: ``("light", Attribute("beauty", low=1, high=10))``. Literals are
        read without importing the plug-in (`xaesthetic list attributes`).
    title
        Its name in words, for figures.
    """
    return _declare(ModelFacts(tuple(downloads), as_attributes(attributes), title))


def converter(*, downloads: Sequence[str] = ()) -> Callable[[_Function], _Function]:
    """Declare the names of the downloads that a converter reads."""
    return _declare(ConverterFacts(tuple(downloads)))


def server(*, downloads: Sequence[str] = ()) -> Callable[[_Function], _Function]:
    """Declare the names of the downloads that a served model comes from."""
    return _declare(ServerFacts(tuple(downloads)))


def exporter(*, requires: str = "", extra: str = "") -> Callable[[_Function], _Function]:
    """Declare the module that an exporter needs, and the extra that installs it."""
    return _declare(ExporterFacts(requires, extra))
