"""What stands around every page: its head, the links, the sentence."""
