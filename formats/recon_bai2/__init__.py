"""The format bai2: BAI2 cash management files."""
