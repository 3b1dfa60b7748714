"""Training: a linear head from controlled edits, or a whole network from ratings."""
