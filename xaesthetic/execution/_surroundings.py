"""What a worker takes over from the process that drives it, so that paths mean the same and bits are equal."""

import os
import sys
from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A folder to be in, where modules are, and how many threads a network may use."""

    folder: str
    """The working directory."""
    paths: tuple[str, ...]
    """Of `sys.path`."""
    threads: int
    """Of torch. The last bits of a network depend on how many there are."""
    gpus: int = 0
    """1 where a network of the driver's is on one."""

    @classmethod
    def here(cls) -> "Surroundings":
        """Return those of this process."""
        import torch

        on_gpu: bool = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]
        return cls(os.getcwd(), tuple(filter(None, sys.path)), torch.get_num_threads(), int(on_gpu))  # noqa: PTH109  # plain text is sent

    def enter(self) -> None:
        """Take them over; a folder that is not on this machine is missed only by who uses relative paths."""
        with suppress(OSError):
            os.chdir(self.folder)
        sys.path.extend(path for path in self.paths if path not in sys.path)

    def set_threads(self) -> None:
        """Have torch use as many threads as the driver does, in the thread that calls this."""
        import torch

        if torch.get_num_threads() != self.threads:
            torch.set_num_threads(self.threads)
