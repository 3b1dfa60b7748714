"""Photographs, what people said of them and what was done to them; without torch."""
