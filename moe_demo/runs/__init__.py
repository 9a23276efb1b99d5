"""A run is a folder: its parts, its owner, the commands it obeys."""
