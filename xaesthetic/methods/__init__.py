"""How maps are made: functions of a pass, the model's way from inputs to outputs.

A method gives one map an attribute and photograph, (b, a, i, j): signed, un-normalised, on the layer's own grid. What it
needs of the pass and what its maps are it declares with `xaesthetic.core.facts.method`:

    @method(adds_up="mean", gradients="sums")
    def my_method(taken):
        ...

`adds_up` says what of a map (its `mean` or `sum`) the raw output is, but for a constant that is the same for all
photographs; ``xaesthetic score`` holds a method to that. Methods that need the input's gradient or many inputs run
`taken.model` themselves and say what that costs.
"""
