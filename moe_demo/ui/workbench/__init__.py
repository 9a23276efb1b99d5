"""The workbench: the runs one has, what is known of them, and how they leave and come in."""
