"""Alembic's revisions of the tables, oldest first; `xaesthetic.annotate.upgrade` runs them when a store is opened."""
