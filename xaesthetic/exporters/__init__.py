"""Exporters: plug-ins that write a run for another tool. A file each, called like its function."""
