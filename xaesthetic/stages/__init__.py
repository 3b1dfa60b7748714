"""What is computed with models, stage by stage."""
