"""What somebody does who alters a pack and covers it up: manifest, digests and chain are made to fit."""

from __future__ import annotations

import hashlib
import json

from recon.run.audit.check import COLUMNS, field
from recon.run.audit.facts import read_record
from recon.run.audit.opening import open_pack
from recon.store.digest import rows_digest


def replace_in(pack, name, old, new):
    """Alter a file of a pack."""
    path = pack / name
    data = path.read_bytes()
    assert old.encode() in data, f"{name} has no {old!r}"
    path.write_bytes(data.replace(old.encode(), new.encode(), 1))


def rewrite_manifest(pack):
    """Let the manifest name the files as they are now."""
    path = pack / "manifest.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    names = sorted(one.relative_to(pack).as_posix() for one in pack.rglob("*") if one.is_file())
    told["files"] = {
        name: {
            "sha256": hashlib.sha256((pack / name).read_bytes()).hexdigest(),
            "size_bytes": (pack / name).stat().st_size,
        }
        for name in names
        if name != "manifest.json"
    }
    path.write_text(json.dumps(told), encoding="utf-8")


def rewrite_chain(pack, change=lambda seq, payload: None):
    """Compute all digests and hashes anew, so that all within the pack agrees.

    `change` may alter the payload of an event.
    """
    with open_pack(pack) as opened:
        record = read_record(opened)
    previous, rows = "0" * 64, []
    for told in record:
        event = {name: getattr(told.event, name) for name in COLUMNS}
        payload = json.loads(event["payload"])
        payload["rows"] = {
            name: {"count": frame.height, "sha256": rows_digest(name, frame)}
            for name, frame in sorted(told.rows.items())
        }
        change(event["seq"], payload)
        event["payload"] = json.dumps(payload)
        hashed = b"".join(field(event[name]) for name in COLUMNS)
        digest = hashlib.sha256(b"\x01" + bytes.fromhex(previous) + hashed).hexdigest()
        rows.append(json.dumps(event | {"previous_hash": previous, "hash": digest}))
        previous = digest
    (pack / "events.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    path = pack / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(manifest | {"head": manifest["head"] | {"hash": previous}}))
    rewrite_manifest(pack)
