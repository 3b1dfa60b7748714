"""What a shell completes: names of attributes, models, methods, metrics and reports, and run folders.

Names come from the index of plug-ins, which imports none of them; what cannot be read completes to nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

_RUNS = "runs"
_MOST = 200  # folders that are looked at


def complete(names: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """Return what completes a word to one of some names, also the last of a list with commas."""

    def completed(incomplete: str) -> list[str]:
        before, comma, word = incomplete.rpartition(",")
        try:
            known = list(names())
        except Exception:  # a shell shows whatever is said in the middle of the line
            return []
        return [f"{before}{comma}{name}" for name in known if name.startswith(word)]

    return completed


def plugin_names(kind: str) -> Callable[[], tuple[str, ...]]:
    """Return what gives the names of a kind of plug-in."""

    def named() -> tuple[str, ...]:
        from xaesthetic.core.plugins import names

        return names(kind)

    return named


def model_names() -> Iterable[str]:
    """Return the installed models that `--model` takes."""
    from xaesthetic.core.installed import model_names

    return model_names()


def attribute_names() -> Iterator[str]:
    """Give what installed models declare that they rate, and the word for all."""
    from xaesthetic.core.installed import installed_attributes

    yield "all"
    yield from installed_attributes()


def run_folders(incomplete: str) -> list[str]:
    """Return run folders that begin so: of the folder that is named so far, else of here and of `runs`."""
    folder = Path(incomplete if incomplete.endswith("/") else Path(incomplete).parent)
    places = [folder] if incomplete.rpartition("/")[0] else [Path(_RUNS), Path()]
    runs = (str(path) for place in places if place.is_dir() for path in sorted(place.iterdir())[:_MOST] if _is_run(path))
    return [path for path in runs if path.startswith(incomplete)]


def _is_run(path: Path) -> bool:
    return (path / "experiment.json").is_file()


attributes = complete(attribute_names)
models = complete(model_names)
methods = complete(plugin_names("methods"))
metrics = complete(plugin_names("metrics"))
reports = complete(plugin_names("reports"))
