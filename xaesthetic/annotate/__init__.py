"""The annotation page and its store: people mark where an attribute lives. What it exports is a data set."""
