from __future__ import annotations

from recon.api import hookimpl
from tests.plugins.loader.frames import parsed


class SoundFormat:
    def __init__(self, name="sound"):
        self.name = name

    def sniff(self, head, file_name):
        return head.startswith(b"SOUND")

    def read(self, source, options):
        return parsed()


@hookimpl
def recon_register_formats():
    return [SoundFormat()]
