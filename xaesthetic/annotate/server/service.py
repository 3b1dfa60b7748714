"""What every request is answered with: the study, its store, the pages and the addresses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Protocol, runtime_checkable

from starlette.requests import Request

from xaesthetic.annotate.marks import Mark
from xaesthetic.annotate.server.addresses import Addresses
from xaesthetic.annotate.server.log import RefusalLog
from xaesthetic.annotate.states import Rules
from xaesthetic.annotate.store import Store
from xaesthetic.annotate.study import Study

Exporter = Callable[[Store, Study, Path, Path], Path]
"""Writes an export of a study into a new folder (the last argument), and returns it."""


@runtime_checkable
class ShownMaps(Protocol):
    """Models' maps of a study's photographs, as pictures."""

    def places(self, number: int, attribute: str) -> Sequence[tuple[str, str]]:
        """The models and methods that have one of this photograph and attribute."""

    def picture(self, number: int, attribute: str, place: int) -> bytes:
        """The map of one of those places over the photograph, as a PNG."""


Excluder = Callable[[Sequence[Mark], Study], Mapping[str, str]]
"""By annotator the rule that leaves them out."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What later rooms make of a study; whoever serves it hands them over."""

    export: Exporter | None = None
    """The plain export where None."""
    exclusions: Excluder | None = None
    """Where None, nobody says who is excluded."""
    maps: ShownMaps | None = None
    """What annotators see beside their regions when the study has ended; nothing where None."""


@dataclass(frozen=True, slots=True)
class Service:
    """One study that is served."""

    study: Study
    folder: Path
    store: Store
    addresses: Addresses
    keys: Path
    """The key file."""
    log: RefusalLog
    photographs: Mapping[int, Path]
    """The prepared copies by number; no name of a file comes from a request."""
    measures: Measures = field(default_factory=Measures)
    turn: Lock = field(default_factory=Lock)
    """One writes the key file at a time."""

    @property
    def cookie(self) -> str:
        """The cookie's name: two studies on one machine do not share it."""
        name = f"xaesthetic-{self.study.id[:8]}"
        return f"__Host-{name}" if self.addresses.is_secure else name

    def rules(self, attribute: str) -> Rules:
        """What states of an attribute's tasks are held to."""
        return Rules(self.study.attribute(attribute), self.study.order, self.study.overall)


def service_of(request: Request) -> Service:
    """The service that answers a request."""
    service = request.app.state.service
    if not isinstance(service, Service):
        raise TypeError("the application has no service")
    return service
