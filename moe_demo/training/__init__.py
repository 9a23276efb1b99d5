"""One step (`trainer`), the loop around it, a run from start to end."""
