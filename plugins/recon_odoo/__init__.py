"""The plugin odoo."""
