"""From a trained model to plain records of numpy and pandas.

Nothing here leaves a page or a notebook anything to compute.
"""
