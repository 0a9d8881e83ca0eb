"""The format camt: ISO 20022 account reports camt.053, camt.052 and notifications camt.054."""
