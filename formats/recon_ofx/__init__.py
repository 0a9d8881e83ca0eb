"""The statement format ofx."""
