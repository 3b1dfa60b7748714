"""The paper's figures and tables, and the command that draws them all."""
