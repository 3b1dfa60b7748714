"""Models that can be served in their own framework: `xaesthetic model-server start NAME`."""
