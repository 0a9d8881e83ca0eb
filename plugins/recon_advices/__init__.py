"""Remittance advices as payers and banks send them: UBL, camt.054, EDI 820."""
