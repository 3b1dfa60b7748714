"""How maps are made: functions of a model, its input and its activations.

A method gives one map an attribute and photograph, (b, a, i, j): signed, un-normalised, on the layer's own grid.
Methods that need the input's gradient or many inputs run ``model.head(model.features(x))`` themselves.

A method whose map is the raw output taken apart says so: ``ADDS_UP = "mean"`` or ``"sum"`` is what of the map the raw
output is, but for a constant that is the same for all photographs. ``xaesthetic score`` holds it to that.
"""
