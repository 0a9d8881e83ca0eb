"""Let one format read hostile files, in a child process. In: cases by name. Out: what became of each.

Runs in the child only: the parent's limits end it if a case hangs, and what was printed last names the case.
"""

from __future__ import annotations

import sys
import time
from itertools import chain

from recon.errors import PluginFailed, ReconError
from recon.ingest.detect import HEAD_BYTES
from recon.plugins import Plugins
from recon.protocols import SourceFile
from tests.hostile import anything, mutants

# For a case of a megabyte or two, on a machine that has other work: a limit, no measurement.
CASE_SECONDS = 15
MESSAGE_LIMIT = 5_000


def judge_format(payload):
    """Read all damages to samples, and everything of `anything.cases` if asked to.

    Payload: format, options, size, cuts, samples, with_anything.
    """
    damaged = (
        (f"{name}: {damage}", data)
        for name, sample in payload["samples"].items()
        for damage, data in mutants.cases(sample, payload["size"], payload["cuts"])
    )
    strange = anything.cases(payload["size"]) if payload["with_anything"] else ()
    return _judge(payload, chain(strange, damaged))


def judge_sniffers(payload):
    """Ask every format of everything; payload: size. None may fail, and one may claim what is nobody's."""
    plugins = Plugins.discover()
    defects, claimed = [], {}
    for case, data in anything.cases(payload["size"]):
        start = _begin(case)
        claims = plugins.sniff_all(data[:HEAD_BYTES], "x")
        defects += [f"{case}: {one.message}" for one in claims.failures] + _late(case, data, start)
        claimed[case] = list(claims.formats)
    return {"defects": defects, "claimed": claimed}


def _judge(payload, cases):
    plugins = Plugins.discover()
    read, refused, defects = 0, 0, []
    for case, data in cases:
        start = _begin(case)
        try:
            plugins.read(payload["format"], SourceFile("x", data), payload["options"])
        except PluginFailed as error:
            defects.append(f"{case}: {error.message}")
        except ReconError as error:
            refused += 1
            if not error.message or len(error.render()) > MESSAGE_LIMIT:
                defects.append(f"{case}: its message has {len(error.render())} characters")
        else:
            read += 1
        defects += _late(case, data, start)
    return {"read": read, "refused": refused, "defects": defects}


def _begin(case):
    sys.stderr.write(f"{case[:60]}\n")
    sys.stderr.flush()
    return time.process_time()


def _late(case, data, start):
    spent = time.process_time() - start
    return [f"{case}: {spent:.0f} s of CPU for {len(data):,} bytes"] * (spent > CASE_SECONDS)
