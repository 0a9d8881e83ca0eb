"""Real files cut off at every offset: what is read is of the whole file, or somebody is told.

The files are chosen by rule: for each format the smallest of the corpus that are read whole, with two lines at least
and no reject, each from another source. The first is cut off at every offset, the others at one in seven: that is no
divisor of a record's width, so that each column of fixed records is cut in some record.
`RECON_HOSTILE_BYTES=100000000` tries more files, and every offset of each.
"""

from __future__ import annotations

import os
from functools import cache

import pytest

from recon.errors import MalformedFile, ReconError
from recon.protocols import SourceFile
from tests.corpus_index import cases
from tests.fuzz.harness import OPTIONS
from tests.hostile.as_a_run import PLUGINS, read_as_a_run

LARGEST = 2_048
IS_LONG = int(os.environ.get("RECON_HOSTILE_BYTES", "0")) > 50_000
FILES = 10 if IS_LONG else 2
STEP = 1 if IS_LONG else 7
# The offsets of a file are shared out, so that two workers end together.
PARTS = 4
# The index names some formats by their version.
OF_INDEX = {"n43": "norma43", "camt.052": "camt", "camt.053": "camt", "camt.054": "camt"}
OF_INDEX |= {"mt942": "mt940", "mt940-fragments": "mt940", "ofx-investment": "ofx"}
# A workbook is a zip: cut off, it cannot be opened.
FORMATS = [name for name in PLUGINS.names("format") if name != "excel"]

pytestmark = [
    pytest.mark.skipif(not cases(""), reason="the corpus of real files is not present"),
    pytest.mark.slow,
]


@cache
def chosen(name):
    """Choose the files of a format: the name in the corpus and the bytes of each."""
    own = [case for case in cases("") if OF_INDEX.get(case.format, case.format) == name]
    small = sorted((case.path.stat().st_size, case.name) for case in own)
    paths = {case.name: case.path for case in own}
    found = {}
    for size, file in small:
        source = file.rpartition("/")[0]
        if size > LARGEST or len(found) == FILES:
            break
        data = paths[file].read_bytes()
        if source not in found and is_sound(name, data):
            found[source] = (file, data)
    return list(found.values())


def is_sound(name, data):
    try:
        parsed = PLUGINS.read(name, SourceFile("x", data), OPTIONS.get(name, {}))
    except ReconError:
        return False
    return parsed.rejects.is_empty() and len(parsed.lines) > 1


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("rank", range(FILES))
@pytest.mark.parametrize("name", FORMATS)
def test_a_real_file_cut_off_at_any_byte_gives_no_other_line_in_silence(name, rank, part):
    if rank >= len(chosen(name)):
        pytest.skip(f"the corpus has {len(chosen(name))} sound {name} files of {LARGEST} bytes")
    file, data = chosen(name)[rank]
    whole = read_as_a_run(name, data, OPTIONS.get(name))
    defects, refused = [], 0
    for place in range(1 + part, len(data), PARTS * (STEP if rank else 1)):
        try:
            cut = read_as_a_run(name, data[:place], OPTIONS.get(name))
        except MalformedFile:
            refused += 1
            continue
        # Where a record is cut in two, its first half may be a line of its own.
        others = sorted((cut.entries - whole.entries).elements(), key=repr)
        if len(others) > 1 or (others and not cut.told - whole.told):
            defects.append(f"{file} cut off at {place}: {others}")

    # Only the first offsets are sure to be refused, and they are in the first part.
    assert refused or part, "not even one of the first bytes is refused"
    assert not defects, "\n".join(defects)
