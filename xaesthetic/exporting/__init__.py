"""Runs as other tools have them: what is exported, photograph by photograph, and the folder that it is written to."""
