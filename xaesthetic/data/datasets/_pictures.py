"""The photographs of one of Label Studio's tasks, and which of them a region is in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from xaesthetic.data.datasets._photographs import path_in
from xaesthetic.data.images import SUFFIXES, UNREADABLE
from xaesthetic.data.names import match_names

_USUAL = ("image", "img", "photo", "photograph", "picture")
_PHOTOGRAPHS = SUFFIXES | set(UNREADABLE)
_ADDRESSES = ("/data/", "http://", "https://", "s3://", "gs://", "azure-blob://")

Place = tuple[str, int | None]
"""A key of the task's data, and where in a list."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Photographs of a task by their places."""

    texts: Mapping[Place, str]
    """As the task has them: paths and addresses."""

    def find(self, tags: Iterable[str], index: float | None) -> str:
        """Return the photograph of a region; nothing where it could be in two.

        Parameters
        ----------
        tags
            What the region says of the tag that it was drawn on (`to_name`), which is often called like the data's key.
        index
            Which of a list of photographs, where it says so.
        """
        keys = [key for key in tags if any(key == place for place, _ in self.texts)]
        fitting = {
            text
            for (key, place), text in self.texts.items()
            if (not keys or key in keys) and (index is None or place is None or place == index)
        }
        return fitting.pop() if len(fitting) == 1 else ""


def find_pictures(data: Mapping[str, Any], tags: Iterable[str]) -> Pictures:
    """Return the photographs in a task's data: what ends like one; else what its regions were drawn on, or an address."""
    texts = {place: text for place, text in _texts(data) if text.strip()}
    tags = set(tags)
    by_suffix = {place: text for place, text in texts.items() if _suffix(text) in _PHOTOGRAPHS}
    by_key = {place: text for place, text in texts.items() if place[0] in tags or place[0].lower() in _USUAL}
    addresses = {place: text for place, text in texts.items() if text.lower().startswith(_ADDRESSES)}
    return Pictures(_without_captions(by_suffix or by_key or addresses, tags))


def _texts(data: Mapping[str, Any]) -> Iterable[tuple[Place, str]]:
    for key, value in data.items():
        if isinstance(value, str):
            yield (key, None), value
        elif isinstance(value, list):
            yield from (((key, place), item) for place, item in enumerate(value) if isinstance(item, str))


def _without_captions(chosen: Mapping[Place, str], tags: set[str]) -> dict[Place, str]:
    """Drop bare file names, such as an upload's first name, that only repeat a path: the photograph is one."""
    paths = [text for text in chosen.values() if "/" in text]
    return {
        place: text
        for place, text in chosen.items()
        if "/" in text
        or place[0] in tags
        or not any(match_names([path_in(path)], [text])[path_in(path)].file for path in paths)
    }


def _suffix(text: str) -> str:
    return PurePosixPath(path_in(text).replace("\\", "/")).suffix.lower()
