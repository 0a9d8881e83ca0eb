"""Let people accept at once: processes that take every suggested line of one record. In: how many, which store. Out: JSON.

Every line must be decided exactly once; who comes second is refused as stale and goes on with the next line.

    python tests/faults/reviewers.py --reviewers 8 --store postgresql --lines 200
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = "DE89370400440532013000"
HEADER = (
    "item_id,kind,number,customer_id,customer_name,currency,amount,open_amount,issue_date,due_date"
)


def make_workspace(folder, store, lines):
    """Lay down receipts whose payers are known by nothing but their name, so that each is suggested and none applied."""
    (folder / "inbox").mkdir(parents=True)
    (folder / "recon.toml").write_text(f'store = "{store}"\ncustomers = "customers.csv"\n', "utf-8")
    amounts = [10_007 + 13 * number for number in range(lines)]
    items = [
        f"I{at},invoice,RE-{70_000 + at},C{at},Kunde Nr {at} GmbH,EUR,{a // 100}.{a % 100:02d},"
        f"{a // 100}.{a % 100:02d},2026-01-02,2026-02-02"
        for at, a in enumerate(amounts)
    ]
    (folder / "open_items.csv").write_text("\n".join([HEADER, *items, ""]), "utf-8")
    customers = [f"C{at},Kunde Nr {at} GmbH" for at in range(lines)]
    (folder / "customers.csv").write_text("\n".join(["customer_id,name", *customers, ""]), "utf-8")
    rows = [":20:STARTUMSE", f":25:{ACCOUNT}", ":28C:1/1", ":60F:C260105EUR0,00"]
    for at, a in enumerate(amounts):
        rows.append(f":61:2601050105C{a // 100},{a % 100:02d}NTRFNONREF//R{at}")
        rows.append(":86:166?00GUTSCHRIFT?20Danke?32UNBEKANNT")
    total = sum(amounts)
    rows += [f":62F:C260105EUR{total // 100},{total % 100:02d}", "-", ""]
    path = folder / "inbox" / "day.sta"
    path.write_text("\n".join(rows), "utf-8")
    os.utime(path, (1_767_000_000, 1_767_000_000))


def review(folder, name):
    """Accept every line that stood as suggested when one sat down; gives what became of each."""
    from recon.errors import Refused
    from recon.review.decide import accept
    from recon.run.daily.deciding import act_of, decide, stands, suggested_lines
    from recon.run.daily.desk import open_desk

    told = {"decided": [], "stale": 0, "slowest": 0.0}
    with open_desk(folder, name) as desk:
        lines = sorted(suggested_lines(desk))
        say("ready")
        sys.stdin.readline()
        for line_id in lines:
            began = time.monotonic()
            try:
                before = stands(desk, [line_id])
                decision = accept(before, line_id, 1, act_of(desk))
                told["decided"] += [number for _, number, _ in decide(desk, before, [decision])]
            except Refused:
                told["stale"] += 1
            told["slowest"] = max(told["slowest"], time.monotonic() - began)
    say(json.dumps(told))


def sit_down(folder, reviewers):
    """Let them all begin at one moment; gives what each did, and the seconds from then on."""
    command = [sys.executable, str(Path(__file__)), "--review", str(folder)]
    environment = {**os.environ, "POLARS_MAX_THREADS": "1"}
    people = [
        subprocess.Popen(
            [*command, f"reviewer{at}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        for at in range(reviewers)
    ]
    for one in people:
        assert one.stdout.readline() == "ready\n"
    began = time.monotonic()
    for one in people:
        one.stdin.write("go\n")
        one.stdin.flush()
    told = [json.loads(one.communicate()[0]) for one in people]
    assert not any(one.returncode for one in people)
    return told, time.monotonic() - began


def meet(folder, store, reviewers, lines):
    """Make a record, let people accept all of it at once, and say what stands afterwards."""
    from recon.plugins import Plugins
    from recon.run.daily.deciding import suggested_lines
    from recon.run.daily.desk import open_desk
    from recon.run.daily.flow import run
    from recon.store.reading import fetch
    from recon.store.tables import FACT, LINE_STATES
    from recon.store.verify import verify
    from tests.run.quiet import Quiet

    make_workspace(folder, store, lines)
    with open_desk(folder, "system") as desk:
        run(desk, Plugins.discover(), Quiet(), None)
        suggested = suggested_lines(desk)
    told, seconds = sit_down(folder, reviewers)
    with open_desk(folder, "system") as desk, desk.store.reading() as connection:
        decisions = fetch(connection, FACT["decisions"])
        states = fetch(connection, LINE_STATES)
        findings = len(verify(connection).findings)
    by_people = decisions.filter(decisions["decided_by"] != "rule")
    counts = by_people["line_id"].value_counts()["count"]
    return {
        "reviewers": reviewers,
        "lines": len(suggested),
        "decided_once": int((counts == 1).sum()),
        "decided_more_than_once": int((counts > 1).sum()),
        "applied": int((states["fate"] == "applied").sum()),
        "numbers_without_a_gap": decisions["decision_no"].sort().to_list()
        == list(range(1, decisions.height + 1)),
        "reviewers_that_decided": sum(bool(one["decided"]) for one in told),
        "refused_as_stale": sum(one["stale"] for one in told),
        "verify_findings": findings,
        "seconds": round(seconds, 1),
        "slowest_decision_seconds": round(max(one["slowest"] for one in told), 2),
    }


def say(text):
    """Write a row at once, for whoever reads the pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main():
    """Run one meeting and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reviewers", type=int, default=8)
    parser.add_argument("--lines", type=int, default=200)
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--review", nargs=2, metavar=("DIR", "NAME"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.review:
        review(Path(given.review[0]), given.review[1])
        return
    from tests.stores import fresh_url, server

    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        try:
            with fresh_url(given.store, folder) as url:
                found = meet(folder / "work", url, given.reviewers, given.lines)
        finally:
            if server.cache_info().currsize:
                server().end()
    say(json.dumps({"store": given.store, **found}, indent=2))


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "formats"), str(ROOT / "plugins")]
    main()
