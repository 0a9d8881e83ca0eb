"""The plugin xero."""
