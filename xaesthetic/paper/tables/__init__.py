"""Tables: predictions, and the two of the paper."""
