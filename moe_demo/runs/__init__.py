"""A run is a folder: its parts (`store`), its owner (`owners`), the commands it obeys (`commands`)."""
