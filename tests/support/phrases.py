"""What the project never says where a reader sees it: each a claim that nothing here measures."""

import re

_THINGS = (
    r"(?:models?|networks?|maps?|heads?|outputs?|methods?|neurons?|AIs?|(?:mult\w+|lite0\w*|resnet50\w*|nima|kong_\w+))"
)
FORBIDDEN = {
    "a model has no eyes": rf"\b{_THINGS}(?:'s)?\s+(?:\w+ly\s+)?"
    r"(?:looks?\b(?!\s+(?:like|alike|otherwise|for|in|up)\b)|sees?\b|gazes?\b)",
    "no cause was shown": r"\bbecause of\b",
    "nothing can be": r"\bcan be trusted\b|\btrustworthy\b",
    "numbers show, at most": r"\bproves?\b|\bproven\b",
    "nobody knows which map is": r"\bcorrect maps?\b",
    "nobody knows why": r"\bexplains? why (?:people|somebody|we|they) (?:dis)?likes?\b",
    "neither gaze nor edits are": r"\bground[- ]truth\b",
    "people are no level": r"\bhuman[- ]level\b",
    "independence was not tested": r"\bindependent of\b",
    "people rated it so": r"\b(?:good|bad|beautiful|ugly|poor) (?:photograph|photo|picture)s?\b",
    "no verdict on a person": r"\b(?:photographer|annotator|rater|person)s?\b (?:is|are|was|were) (?:\w+ )?"
    r"(?:good|bad|biased|careless|talented|untalented|wrong|right|unreliable|incompetent)\b",
}
"""Why, and what: as patterns, whatever their letters' size."""
_BETTER = re.compile(r"\bbetter (?:than|at|in|on|with|for|models?|maps?|methods?)\b", re.IGNORECASE)
_INTERVAL = re.compile(r"95 ?%|\[[^\]]*\d[^\]]*\]|±|\d (?:to|and) [-+−]?\.?\d|\binterval\b", re.IGNORECASE)
_DIRECTION = re.compile(
    r"\b(?:no|not|nothing|whether|if|where|must|which)\b[^.]*\bbetter\b|right of 0 is better", re.IGNORECASE
)


def said_wrongly(text: str) -> list[str]:
    """The parts of a text that are never to be said, with the words around them."""
    flat = re.sub(r"\s+", " ", text)
    found = [
        f"{why}: {flat[max(0, match.start() - 40) : match.end() + 30]}"
        for why, pattern in FORBIDDEN.items()
        for match in re.finditer(pattern, flat, re.IGNORECASE)
    ]
    sentences = re.split(r"(?<=[.!?])\s+(?=[A-Z*`«])|\n\s*\n", text)
    return found + [f"better without an interval: {' '.join(item.split())[:120]}" for item in sentences if _is_bare(item)]


def _is_bare(sentence: str) -> bool:
    """Whether it says that something is better, and neither how surely nor only in which direction better lies."""
    return bool(_BETTER.search(sentence)) and not _INTERVAL.search(sentence) and not _DIRECTION.search(sentence)
