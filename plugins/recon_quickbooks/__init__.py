"""The plugin quickbooks."""
