"""The run folder and the loop that fills it; without torch."""
