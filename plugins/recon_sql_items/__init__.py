"""The plugin sql_items."""
