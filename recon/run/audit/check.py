"""Check an evidence pack with nothing but Python's standard library; no line of the program that wrote it is used.

In: the folder of the pack. Out: what is wrong, a line each; nothing: the files are those of the manifest, the chain of
events is whole, every row is what it was when its event was recorded, and inputs, outputs and policy are those recorded.

    python check.py [SEQ:HASH]

SEQ:HASH is a head of the chain that was kept elsewhere: only it shows a pack that was replaced as a whole.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

Read = Callable[[str], bytes]
COLUMNS = ("seq", "kind", "at", "actor", "policy_hash", "payload")
LINKS = ("previous_hash", "hash")
# Whatever a file that is no part of a pack may raise when it is taken for one.
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, csv.Error, RecursionError)
csv.field_size_limit(2**31 - 1)


def field(value: object) -> bytes:
    """Give a value as it is hashed: behind its length in bytes, `5:hello,`; nothing at all is `-,`."""
    data = str(value).encode()
    return b"-," if value is None else b"%d:%b," % (len(data), data)


def events_of(read: Read) -> list[dict[str, Any]]:
    """Give the events, in the order of the file."""
    return [json.loads(row) for row in read("events.jsonl").decode().split("\n") if row]


def check_files(names: Iterable[str], read: Read) -> Iterator[str]:
    """Compare every file with the manifest."""
    told = json.loads(read("manifest.json"))["files"]
    there = set(names) - {"manifest.json"}
    yield from (f"{name} is missing" for name in sorted(told.keys() - there))
    yield from (f"{name} is not in the manifest" for name in sorted(there - told.keys()))
    for name in sorted(there & told.keys()):
        data = read(name)
        if [hashlib.sha256(data).hexdigest(), len(data)] != [
            told[name]["sha256"],
            told[name]["size_bytes"],
        ]:
            yield f"{name} is not the file that the manifest names"


def check_chain(read: Read, head: str | None = None) -> Iterator[str]:
    """Compute every event's hash from the hash before it and all its columns."""
    previous = "0" * 64
    hashes = {}
    for number, event in enumerate(events_of(read), 1):
        if tuple(event) != (*COLUMNS, *LINKS):
            yield f"event {number} has other columns"
        digest = hashlib.sha256(b"\x01" + bytes.fromhex(event["previous_hash"]))
        digest.update(b"".join(field(event[name]) for name in COLUMNS))
        if event["seq"] != number:
            yield f"event {number} is missing"
        if event["previous_hash"] != previous:
            yield f"event {event['seq']} does not follow the one before it"
        if event["hash"] != digest.hexdigest():
            yield f"event {event['seq']}: its hash is not that of its columns"
        previous = hashes[str(event["seq"])] = event["hash"]
    manifest = json.loads(read("manifest.json"))
    seq, _, known = (head or "").partition(":")
    if [str(manifest["head"]["seq"]), manifest["head"]["hash"]] != [str(len(hashes)), previous]:
        yield "the head in the manifest is not that of the newest event"
    if head and hashes.get(seq) != known:
        yield f"event {seq} has the hash {hashes.get(seq)}, and was {known} when the head was kept"


def check_rows(names: Iterable[str], read: Read) -> Iterator[str]:
    """Compute the digest of the rows that each event brought to each table."""
    told = {
        (name, str(event["seq"])): (rows["count"], rows["sha256"])
        for event in events_of(read)
        for name, rows in json.loads(event["payload"])["rows"].items()
    }
    # Rows without an event of their own belong to that of their decision.
    seq_of: dict[str | None, str] = {}
    tables = [name[6:-4] for name in names if name.startswith("facts/")]
    for table in sorted(tables, key=lambda one: (one != "decisions", one)):
        rows = csv.reader(io.StringIO(read(f"facts/{table}.csv").decode(), newline=""))
        columns = next(rows, [])
        key = columns.index("seq" if "seq" in columns else "decision_no")
        start = b"\x02" + b"".join(map(field, [table, *columns]))
        found: dict[str, tuple[int, Any]] = {}
        for row in rows:
            if len(row) != len(columns):
                yield f"facts/{table}.csv: a row has {len(row)} cells of {len(columns)}"
            # A cell of nothing is null; a backslash in front keeps an empty text apart from it.
            cells = [cell[1:] if cell.startswith("\\") else cell or None for cell in row]
            seq = row[key] if "seq" in columns else seq_of.get(row[key], "")
            if table == "decisions":
                seq_of[row[columns.index("decision_no")]] = seq
            count, digest = found.get(seq) or (0, hashlib.sha256(start))
            digest.update(b"".join(map(field, cells)))
            found[seq] = (count + 1, digest)
        made = {(table, seq): (count, one.hexdigest()) for seq, (count, one) in found.items()}
        for place in sorted(made.keys() | {place for place in told if place[0] == table}):
            if made.get(place) != told.get(place):
                yield f"facts/{table}.csv: the rows of event {place[1]} are not those recorded"
    yield from (
        f"facts/{one}.csv is missing" for one in sorted({one for one, _ in told} - {*tables})
    )


def check_sources(names: Iterable[str], read: Read) -> Iterator[str]:
    """Compare inputs, outputs and policy with what the events say of them."""
    there = set(names)
    files = csv.DictReader(io.StringIO(read("facts/files.csv").decode(), newline=""))
    inputs = {row["sha256"] for row in files}
    events = events_of(read)
    run = json.loads(events[-1]["payload"])
    manifest = json.loads(read("manifest.json"))
    if any(manifest[name] != run[name] for name in ("run", "as_of")):
        yield "the manifest names another run than the newest event"
    policies = [event for event in events if event["kind"] == "policy_set"]
    told = {
        **{f"inputs/{one}": one for one in inputs},
        **{f"outputs/{name}": one for name, one in run["outputs"].items()},
    }
    for name, digest in sorted(told.items()):
        if name not in there or hashlib.sha256(read(name)).hexdigest() != digest:
            yield f"{name} is not the file that was recorded"
    parts = ("inputs/", "outputs/")
    known = {*told, "inputs/index.csv"}
    for name in sorted(one for one in there - known if one.startswith(parts)):
        yield f"{name} was never recorded"
    if json.loads(read("policy.json")) != json.loads(policies[-1]["payload"])["policy"]:
        yield "policy.json is not the policy that was recorded"


def main(folder: Path, head: str | None) -> int:
    """Check a folder; give 0 if nothing is wrong."""
    names = [one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()]

    def read(name: str) -> bytes:
        return (folder / name).read_bytes()

    try:
        findings = [
            *check_files(names, read),
            *check_chain(read, head),
            *check_rows(names, read),
            *check_sources(names, read),
        ]
    except (*UNREADABLE, OSError) as error:
        findings = [f"this is no whole pack: {type(error).__name__}: {error}"]
    told = json.loads(read("manifest.json"))["head"] if not findings else {}
    sys.stdout.write("".join(f"{finding}\n" for finding in findings))
    sys.stdout.write(f"all agree; head {told['seq']}:{told['hash']}\n" if not findings else "")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).parent, sys.argv[1] if len(sys.argv) > 1 else None))
