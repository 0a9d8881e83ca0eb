"""The plugin tryton."""
