"""Open items from e-invoices in a folder: UBL, CII, Factur-X and ZUGFeRD."""
