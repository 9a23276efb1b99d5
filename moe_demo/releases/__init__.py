"""What ships with the app: its makers and its readers."""
