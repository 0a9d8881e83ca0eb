"""Structured payment references: check digits, schemes, and the forms in which one reference is written."""

from __future__ import annotations

from recon.normalise.structured.schemes import SCHEMES, other_forms, recognise, scheme_of

__all__ = ["SCHEMES", "other_forms", "recognise", "scheme_of"]
