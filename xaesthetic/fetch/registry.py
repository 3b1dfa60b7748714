"""Where downloads are kept."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """The folder for everything downloaded: XAESTHETIC_CACHE, else the user's cache."""
    import pooch

    return Path(os.environ.get("XAESTHETIC_CACHE") or pooch.os_cache("xaesthetic"))


def cached(name: str) -> Path:
    """The folder of one download."""
    return cache_folder() / name
