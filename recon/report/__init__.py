"""The report room: one run as files and as text. In: a RunView. Out: bytes, tables, a summary.

Pure: no clock, no store, no plugin. The same view gives the same bytes.
"""
