"""The plugin erpnext."""
