"""What PARA asked people (Yang et al., CVPR 2022): declared by the data set, and by models that were trained on it."""

from collections.abc import Mapping

from xaesthetic.core.attributes import Attribute

LICENCE = "research use, PARA"
"""In short, of whatever is made from its ratings: for research and learning only, no commercial use."""
EMPHASIS = "isObjectEmphasis"
_HOW = "(1, bad, to 5, excellent)"


def _score(column: str, name: str, title: str, question: str, related: tuple[str, ...] = ()) -> tuple[str, Attribute]:
    return column, Attribute(name, f"{title} (PARA)", 1, 5, True, question, related)


COLUMNS: Mapping[str, Attribute] = dict(
    (
        _score("aestheticScore", "overall", "Overall Aesthetics", f"How aesthetic is the photograph {_HOW}?"),
        _score("qualityScore", "quality", "Quality", f"How good is the technical quality {_HOW}?"),
        _score("compositionScore", "composition", "Composition", f"How good is the composition {_HOW}?"),
        _score("colorScore", "color", "Color", f"How good is the colour {_HOW}?", ("color_harmony",)),
        _score("dofScore", "dof", "Depth of Field", f"How good is the depth of field {_HOW}?", ("depth_of_field",)),
        _score("lightScore", "light", "Light", f"How good is the light {_HOW}?"),
        _score("contentScore", "content", "Content", f"How good is the content {_HOW}?"),
        _score(
            "contentPreference", "content_preference", "Content Preference", "How much do you like what it shows (1 to 5)?"
        ),
        _score(
            "willingnessToShare", "willingness_to_share", "Willingness to Share", "How gladly would you share it (1 to 5)?"
        ),
        (
            EMPHASIS,
            Attribute(
                "object_emphasis",
                "Object Emphasis (PARA)",
                0,
                1,
                question="Is an object emphasised (share of people)? The published column is inverted: here it is turned.",
            ),
        ),
    )
)
"""Our attributes by the beginnings of PARA's columns. The questions are in our words."""
PARA_ATTRIBUTES: tuple[Attribute, ...] = tuple(
    COLUMNS[column]
    for column in (
        "aestheticScore",
        "qualityScore",
        "contentScore",
        "lightScore",
        "dofScore",
        "colorScore",
        "compositionScore",
        EMPHASIS,
    )
)
"""What models are trained on."""
