"""Write the metadata of distributions as an installer leaves them, and load what they register."""

from __future__ import annotations

from importlib.metadata import distributions

from recon.plugins import Plugins

# Kept, so that a test may put the result in the place of what is really installed.
DISCOVER = Plugins.discover
HOSTILE = "tests.plugins.loader.hostile"


def install(folder, distribution, version="1.0", **plugins):
    """Register modules of the hostile package as plugins of one distribution."""
    info = folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n", encoding="utf-8"
    )
    rows = [f"{name.replace('_', '-')} = {HOSTILE}.{module}" for name, module in plugins.items()]
    (info / "entry_points.txt").write_text("\n".join(["[recon]", *rows, ""]), encoding="utf-8")


def found(folder):
    """Give the distributions that are installed in the folder."""
    return list(distributions(path=[str(folder)]))


def plugins_of(folder):
    """Load the plugins of everything that is installed in the folder, and no others."""
    return DISCOVER(found(folder))
