"""The statement format csv."""
