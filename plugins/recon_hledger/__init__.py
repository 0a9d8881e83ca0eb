"""The plugin hledger."""
