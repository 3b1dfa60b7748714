"""Where the checkout is, and data that lies beside it on some machines."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
