"""Training in processes of their own, and headlines of one's own."""
