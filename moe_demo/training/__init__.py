"""Training: one step at a time (`trainer`), one folder a run (`run_store`), from start to end (`session`)."""
