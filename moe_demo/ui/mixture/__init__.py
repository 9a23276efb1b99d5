"""The mixture page: what do the chosen experts add?"""
