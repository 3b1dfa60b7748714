"""What a run asks and what answered it, in the few words that trackers of experiments show."""

from xaesthetic.run.store import Run


def question(run: Run) -> dict[str, str]:
    """Return the run's data, models, methods and attributes, and how each model was trained, as texts."""
    experiment = run.experiment
    plain = {
        "data": experiment.data,
        "models": ", ".join(run.model_keys()),
        "methods": ", ".join(experiment.methods),
        "attributes": ", ".join(experiment.attributes),
        "target": experiment.target,
        "of": experiment.of,
        "beyond": experiment.beyond,
    }
    trained = {f"trained/{model}": how for model, how in run.trained().items()}
    return {name: text for name, text in {**plain, **trained}.items() if text}
