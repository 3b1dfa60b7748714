"""Runs coroutines from tests in whose process a browser is driven: its loop runs in the main thread."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def run_async(coroutine):
    """Run a coroutine to its end in a loop and a thread of its own; its result."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()
