"""Where in a photograph an aesthetics model found its reasons, for several models side by side.

    import xaesthetic as xa
    model = xa.load_model("multigap_lite0")
    shown = xa.explain("photo.jpg", model, ["depth_of_field", "light"])
    shown.ratings["light"], shown.maps["light"]
    shown  # draws itself in a notebook

The public names stand in __init__.pyi. They are imported when they are used: importing the package imports no torch.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
