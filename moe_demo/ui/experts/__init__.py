"""The experts page."""
