from __future__ import annotations

from recon.api import hookimpl
from tests.plugins.loader.hostile.sound import SoundFormat


class Unreadable:
    name = "unreadable"

    def sniff(self, head, file_name):
        return True


class Nameless(SoundFormat):
    def __init__(self):
        self.name = None


class Exploding(SoundFormat):
    def __init__(self):
        pass

    @property
    def name(self):
        raise OSError("the network is down")


@hookimpl
def recon_register_formats():
    return [
        SoundFormat,
        Unreadable(),
        Nameless(),
        Exploding(),
        SoundFormat("../../etc"),
        None,
        SoundFormat("kept"),
    ]
