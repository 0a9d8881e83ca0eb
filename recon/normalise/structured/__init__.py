"""Structured payment references: check digits, schemes, and the forms in which one reference is written."""

from __future__ import annotations

from recon.normalise.structured.forms import other_forms
from recon.normalise.structured.schemes import SCHEMES, scheme_of
from recon.normalise.structured.tokens import recognise

__all__ = ["SCHEMES", "other_forms", "recognise", "scheme_of"]
