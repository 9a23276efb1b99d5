"""What every page uses: words, the selection, views of runs, and the mounts and parts of drawn pictures."""
