"""The nodes page: experts on many machines."""
