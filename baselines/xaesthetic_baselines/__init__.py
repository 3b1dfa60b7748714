"""The models that the paper compares, one file each, and the embedded default."""
