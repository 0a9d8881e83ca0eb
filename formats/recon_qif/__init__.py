"""The format qif: Quicken interchange files."""
