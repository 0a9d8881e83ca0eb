from __future__ import annotations


def recon_register_formats():
    return []
