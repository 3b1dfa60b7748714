"""How pictures are drawn: style, grids, intervals; without torch."""
