from __future__ import annotations

from recon.api import hookimpl
from tests.plugins.loader.hostile.sound import SoundFormat


@hookimpl
def recon_register_formats():
    return [SoundFormat("never")]


@hookimpl
def recon_register_reports():
    raise ZeroDivisionError
