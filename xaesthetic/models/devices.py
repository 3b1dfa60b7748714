"""Where networks run."""

import torch

from xaesthetic.core.errors import ModelError


def device(wanted: str) -> str:
    """Turn ``auto`` into the best device that is there.

    Raises
    ------
    ModelError
        If the one asked for is not.
    """
    present = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wanted == "auto":
        return next(name for name in ("cuda", "mps", "cpu") if present[name])
    if not present.get(wanted, False):
        raise ModelError(f"no device {wanted!r} here; there is {', '.join(name for name in present if present[name])}.")
    return wanted
