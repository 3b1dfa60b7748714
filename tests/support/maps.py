"""Maps in a run, by hand."""

from xaesthetic.run.stage import ArraySink, batches


def write_maps(run, model, method, images, attributes, values, size=2, adds_up="", store="float32"):
    sizes = tuple(map(len, batches(images, size)))
    sink = ArraySink(
        run.maps_folder(model, method),
        run.parts / "x",
        sizes,
        {"images": images, "attributes": attributes, "adds_up": adds_up},
        store,
    )
    for number, chunk in enumerate(values[start : start + size] for start in range(0, len(values), size)):
        sink.write(number, chunk)
    sink.finish(len(sizes))
