"""The plugin http_json."""
