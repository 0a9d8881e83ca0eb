"""The plugin item_file."""
