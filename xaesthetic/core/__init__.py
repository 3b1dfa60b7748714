"""Values, errors and names that everything else uses; without torch, importing nothing of ours."""
