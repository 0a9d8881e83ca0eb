"""The plugin journal_csv."""
