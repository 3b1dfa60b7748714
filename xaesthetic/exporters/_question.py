"""What a run asks and what answered it, in the few words that trackers of experiments show."""

from xaesthetic.run.store import Run


def question(run: Run) -> dict[str, str]:
    """Return the run's data, models, methods and attributes, and how each model was trained, as texts."""
    asked = run.experiment
    plain = {
        "data": asked.data,
        "models": ", ".join(run.model_keys()),
        "methods": ", ".join(asked.methods),
        "attributes": ", ".join(asked.attributes),
        "target": asked.target,
        "of": asked.of,
        "beyond": asked.beyond,
    }
    trained = {f"trained/{model}": how for model, how in run.trained().items()}
    return {name: text for name, text in {**plain, **trained}.items() if text}
