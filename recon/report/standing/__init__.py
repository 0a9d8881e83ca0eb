"""Reports of the record as it stood: unmatched, register, reconciliation, proof of cash, postings, changes, quality.

In: a Standing, and for what moved since, an earlier one. Out: documents, and bytes of them. Pure: no clock, no store;
the same Standing gives the same bytes.
"""
