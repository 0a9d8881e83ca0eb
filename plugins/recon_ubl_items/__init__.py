"""Open items from UBL invoices and credit notes in a folder."""
