"""Training: one step at a time (`trainer`), the loop around it (`loop`), a run from start to end (`train`)."""
