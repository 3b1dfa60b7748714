"""The annotation page and its store: people mark where an attribute lives. It exports a data set, no other path to scores."""
