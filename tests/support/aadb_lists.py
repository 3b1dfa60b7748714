"""Lists in AADB's layout, small enough to work out by hand."""

LISTS = ("imgListTrainRegression_.csv", "imgListValidationRegression_.csv", "imgListTestNewRegression_.csv")
HEADER = (
    "ImageFile,BalacingElements,ColorHarmony,Content,DoF,Light,MotionBlur,Object,Repetition,RuleOfThirds,Symmetry,"
    "VividColor,score"
)


def _line(name, dof, light, score):
    return f"{name},0.1,0.2,0.3,{dof},{light},0.0,0.4,0.0,0.1,0.0,0.6,{score}"


def write_lists(root):
    """Five photographs to train, three to validate, four to test, of which the last two are also to validate."""
    both = [_line("b0.jpg", 0.1, 0.3, 0.3), _line("b1.jpg", 0.2, 0.4, 0.9)]
    train = [_line(f"t{i}.jpg", i / 10 if i else "", i / 10, (0.5, 0.7, 0.4, 0.6, 0.2)[i]) for i in range(5)]
    validation = [_line("v0.jpg", 0.0, 0.5, 0.5), *both]
    test = [_line("e0.jpg", 0.0, 0.1, 0.2), _line("e1.jpg", 0.1, 0.2, 0.4), *both]
    root.mkdir(parents=True)
    for name, lines in zip(LISTS, (train, validation, test), strict=True):
        (root / name).write_text("\n".join([HEADER, *lines]) + "\n")
    return root
