"""The plugin sql_journal."""
