"""What maps are worth: scores, floors, tests, summaries; without torch and without models."""
