"""Reports of a finished run: drawn one by one, so that one that fails does not keep the others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xaesthetic.core import baselines, files, plugins
from xaesthetic.core.errors import DataError, PluginError, XaestheticError, unknown
from xaesthetic.core.types import ReportOptions
from xaesthetic.evaluation.judge import summarise
from xaesthetic.run.store import Run

Report = Callable[[Run, ReportOptions], list[Path]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What became of a run's reports."""

    written: tuple[Path, ...]
    """Figures, tables and pages."""
    failed: Mapping[str, Exception]
    """Those that could not be drawn, by name."""


def reports() -> list[tuple[str, Report]]:
    """Return what is drawn where nothing is named: all but the reports `on_request`, those that are `last` at the end."""
    facts = {}
    for name in plugins.names("reports"):
        try:
            facts[name] = plugins.facts("reports", name)
        except PluginError as error:  # somebody's; it ends nothing
            plugins.warn(f"the report {name} is left out: {error}")
    shown = sorted((name for name in facts if not facts[name].on_request), key=lambda name: facts[name].last)
    return [(name, plugins.load("reports", name)) for name in shown]


def draw_reports(run: Run | str | Path, names: str | Sequence[str] = (), options: ReportOptions | None = None) -> list[Path]:
    """Draw reports of a run; needs no model and no torch.

    Parameters
    ----------
    run
        A finished one, or its folder.
    names
        Which reports, one or several; where empty all but those that are drawn `on_request` only, and those that show
        others' files (`last`) at the end.
    options
        How to draw them.

    Returns
    -------
    The files written.

    Raises
    ------
    XaestheticError
        If a report cannot be drawn; the others are drawn first. Any other error is a report's own fault.
    """
    drawn = draw_available(Run.of(run), [names] if isinstance(names, str) else names, options)
    raise_failures(drawn.failed)
    return list(drawn.written)


def draw_available(run: Run, names: Sequence[str] = (), options: ReportOptions | None = None) -> Drawn:
    """Draw reports as `draw_reports` does; one that fails is in the result, for its caller to raise after the rest."""
    from xaesthetic.figures.style import looking  # matplotlib takes a while to import

    options = options or ReportOptions()
    chosen = [(name, plugins.load("reports", name)) for name in names]
    _warn_of_labels(run, options)
    summarise(run)
    written: list[Path] = []
    failed: dict[str, Exception] = {}
    with run.writing("drawing", "report"):
        files.remove_unfinished(run.report)
        for name, report in chosen or reports():
            try:
                with looking(options):
                    written += report(run, options)
            except Exception as error:
                failed[name] = error
    return Drawn(tuple(written), failed)


def _warn_of_labels(run: Run, options: ReportOptions) -> None:
    """Say which labels are of no model and no method here: they would change nothing."""
    models = run.model_keys()
    methods = {method for model in models for method in run.methods(model)}
    known = {*models, *(key.partition("-")[0] for key in models), *methods, *(baselines.split(key)[0] for key in methods)}
    for name in dict(options.labels):
        if name not in known:
            plugins.warn(f"the label of {name!r} is not used: {unknown('model or method', name, known, 'This run has')}")


def raise_failures(failed: Mapping[str, Exception]) -> None:
    """Raise what kept reports from being drawn: a report's own fault first, else one error that names them all.

    Parameters
    ----------
    failed
        By the reports' names, as in a `Comparison`.
    """
    for name, error in failed.items():
        if not isinstance(error, XaestheticError):
            error.add_note(f"in the report {name!r}; the other reports were drawn.")
            raise error
    if len(failed) == 1:
        raise next(iter(failed.values()))
    if failed:
        reasons = "; ".join(f"{name}: {error}".rstrip(".") for name, error in failed.items())
        raise DataError(f"{len(failed)} reports could not be drawn: {reasons}.")
