"""Names of models and methods in figures, and what a caption says of them, so that a figure can be made again."""

from xaesthetic.core.titles import Titles
from xaesthetic.core.types import ReportOptions
from xaesthetic.run.store import Run


def titles_of(options: ReportOptions) -> Titles:
    """Return the names that figures have, somebody's own first."""
    return Titles(dict(options.labels))


def title_notes(run: Run, options: ReportOptions) -> list[str]:
    """Return a line for the caption: which name in the figure is which model and method; none where all are the same."""
    titles = titles_of(options)
    models = {titles.model(key): key for key in run.model_keys()}
    methods = {titles.method(key): key for model in run.model_keys() for key in run.methods(model)}
    renamed = [f"{title} is {key}" for title, key in (models | methods).items() if title != key]
    return [f"Names: {'; '.join(renamed)}."] if renamed else []
