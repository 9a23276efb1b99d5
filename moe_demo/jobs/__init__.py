"""Training in processes of their own: started, queued, paused and stopped from anywhere; headlines of one's own."""
