"""What pages are made of: a room for each, and what they share."""
