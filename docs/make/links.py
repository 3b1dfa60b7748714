"""Ask for every address that README, CONTRIBUTING, CHANGELOG and docs link to: needs a network.

    python docs/make/links.py [FILE…]

Prints a line an address, and ends with 1 where one is dead. What a server refuses to programs (403, 405, 429) counts as there.
"""

import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path

from pages import FENCE, PAGES, ROOT

SECONDS = 20
REFUSED = (401, 403, 405, 429)
ADDRESS = re.compile(r"https?://[^\s)>`'\"»…]+")


def addresses(files: Iterable[Path]) -> dict[str, list[str]]:
    """Return the addresses in files, outside code, each with the files that hold it; those of examples are left out."""
    held: dict[str, list[str]] = {}
    for file in files:
        text = re.sub(r"`[^`\n]*`", "", FENCE.sub("", file.read_text(encoding="utf-8")))
        for line in text.splitlines():
            for address in [] if line.startswith("    ") else ADDRESS.findall(line):
                if "example.org" not in address:
                    held.setdefault(address.rstrip(".,;"), []).append(file.name)
    return held


def answer(address: str) -> str:
    """Ask for an address; return what is wrong with it, nothing where it is there."""
    request = urllib.request.Request(address, headers={"User-Agent": "xaesthetic-links"})
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as response:
            return "" if response.status < 400 else str(response.status)
    except urllib.error.HTTPError as error:
        return "" if error.code in REFUSED else str(error.code)
    except (OSError, ValueError) as error:
        return str(error)


def main() -> None:
    """Ask for all of them."""
    files = [Path(word) for word in sys.argv[1:]] or [*PAGES, ROOT / "CHANGELOG.md", ROOT / "CITATION.cff"]
    dead = 0
    for address, where in sorted(addresses(files).items()):
        wrong = answer(address)
        dead += bool(wrong)
        print(f"{wrong or 'there':12} {address}  ({', '.join(sorted(set(where)))})", flush=True)
    sys.exit(1 if dead else 0)


if __name__ == "__main__":
    main()
