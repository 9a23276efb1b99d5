"""What pages are made of: words in two languages, the one selection, cached runs, and the drawn components."""
