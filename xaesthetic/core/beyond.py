"""What an attribute has beyond the overall score, in names and in words."""

SIGN = "_beyond_"
OVERALL = "overall"
LEAST = 0.05
"""The least share of an attribute's variance that the overall score may leave over: of less, nothing can be said."""


def beyond_name(attribute: str, of: str = OVERALL) -> str:
    """Return what the rest of an attribute is called in tables.

    Examples
    --------
    >>> beyond_name("light")
    'light_beyond_overall'
    """
    return f"{attribute}{SIGN}{of}"


def base_name(name: str) -> str:
    """Return the attribute that a rest is of; the name itself where it is none.

    Examples
    --------
    >>> base_name("light_beyond_overall"), base_name("light")
    ('light', 'light')
    """
    return name.partition(SIGN)[0]


def beyond_title(title: str, of: str = OVERALL) -> str:
    """Return what the rest of an attribute is called in figures.

    Examples
    --------
    >>> beyond_title("Light (PARA)", "Overall score (PARA)")
    'Light (PARA) beyond overall score (PARA)'
    """
    return f"{title} beyond {of[:1].lower()}{of[1:]}"


def beyond_words(of: str) -> str:
    """Return what a caption says of ratings and maps beyond a score: never that they judge, nor that nothing is shared."""
    said = of.replace("_", " ")
    return (
        f"Beyond {said}: a rating under 0, and what lowers it in a map, is less than the {said} rating predicts; above 0 it "
        "is more."
    )
