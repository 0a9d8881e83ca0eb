"""The plugin gnucash."""
