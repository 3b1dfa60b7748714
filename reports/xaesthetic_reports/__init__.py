"""Figures and tables: functions of a run, drawn without a model and without torch."""
