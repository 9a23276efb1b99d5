"""Experts on many devices: where they stand, what travels between them, and running them there."""
