"""The page of published models: all their parameters, and those a token uses."""
