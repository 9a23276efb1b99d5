"""What ships with the app: the bundled runs and the recorded comparison; what makes them, what reads them."""
