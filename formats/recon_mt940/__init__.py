"""The statement format mt940."""
