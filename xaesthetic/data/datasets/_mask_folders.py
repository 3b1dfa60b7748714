"""Which photograph, annotator and attribute a mask is of, by its path alone."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PurePosixPath

from xaesthetic.core.attributes import NAMES
from xaesthetic.core.files import printable
from xaesthetic.core.types import PassedOver
from xaesthetic.data.datasets._regions import meaning
from xaesthetic.data.names import match_names


@dataclass(frozen=True, slots=True)
class MaskPath:
    """What the path of a mask says; paths are below masks/ and images/."""

    path: str
    photograph: str
    """Empty where it is of none."""
    attribute: str
    annotator: str
    problem: str = ""
    """Why it is of none, or cannot be used."""


def place_masks(
    masks: Collection[str], photographs: Collection[str], means: Callable[[str], str] = meaning
) -> list[MaskPath]:
    """Say what each mask is of.

    Folders that photographs lie in too are theirs; of the others one that is called like an attribute is that, and the rest
    is the annotator; `means` says which attribute a folder is called like. A mask is called like its photograph, with
    another suffix or with one more.
    """
    shared = _folders(photographs)
    groups: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
    for path in masks:
        folders = PurePosixPath(path).parts[:-1]
        below = [folder for folder in folders if folder.casefold() in shared]
        others = tuple(folder for folder in folders if folder.casefold() not in shared)
        groups[others][path] = "/".join([*below, PurePosixPath(path).stem])
    return [item for folders, names in groups.items() for item in _place(folders, names, photographs, means)]


def _place(
    folders: tuple[str, ...], names: dict[str, str], photographs: Collection[str], means: Callable[[str], str]
) -> Iterator[MaskPath]:
    """Say what the masks of one annotator for one attribute are of."""
    attributes = [folder for folder in folders if means(folder)]
    attribute = means(attributes[0]) if attributes else ""
    annotator = "/".join(printable(Path(folder)) for folder in folders if folder not in attributes) or "annotator 1"
    matches = match_names(names.values(), photographs)
    exact = {photograph.casefold(): photograph for photograph in photographs}
    masks_of: dict[str, list[str]] = defaultdict(list)
    for path, name in names.items():
        if not _lossy(path):
            masks_of[name].append(path)
    for path, name in names.items():
        match = matches[name]
        alike = exact.get(f"{name}{PurePosixPath(path).suffix}".casefold(), match.file)
        problem = match.problem
        if match.file and alike != match.file:
            problem = f"it could be of {match.file} or {alike}"
        file = "" if problem else match.file
        if len(attributes) > 1:
            problem = problem or f"two of its folders are attributes, {attributes[0]} and {attributes[1]}"
        elif len(masks_of[name]) > 1 and not _lossy(path):
            problem = problem or f"{' and '.join(masks_of[name])} are of one photograph by one annotator"
        yield MaskPath(path, file, attribute, annotator, problem)


def _lossy(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() in (".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".mpo")


def _folders(paths: Collection[str]) -> set[str]:
    return {folder.casefold() for path in paths for folder in PurePosixPath(path).parts[:-1]}


def name_folders(
    masks: Collection[str], photographs: Collection[str], means: Callable[[str], str] = meaning
) -> Iterator[PassedOver]:
    """Say which folders of masks were taken for annotators, and which that are called like attributes for photographs'."""
    shared = _folders(photographs)
    for folder in dict.fromkeys(folder for path in masks for folder in PurePosixPath(path).parts[:-1]):
        name = f"masks/**/{printable(Path(folder))}"
        if folder.casefold() in shared:
            if means(folder):
                yield PassedOver(name, "folder taken for one of photographs, not for the attribute")
        elif not means(folder):
            near = get_close_matches(folder.lower().replace(" ", "_"), NAMES, n=1, cutoff=0.7)
            hint = f" (did you mean the attribute {near[0]!r}?)" if near else ""
            yield PassedOver(f"{name}{hint}", "folder taken for an annotator")
