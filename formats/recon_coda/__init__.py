"""The format coda: Belgian CODA statements."""
