"""The rules of a ledger: each key to the effect of exactly once, whole or not at all, and the truth when asked.

In: a kind of ledger and options under which it can be opened. Out: complaints. Every rule has keys of its own, so that one
ledger may stand for all of them; a file ledger gets a new file for each.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recon.errors import ConfigurationError, ReconError
from recon.money import AMOUNT_LIMIT
from recon.testing import samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import dataframely as dy

    from recon.frames.outcomes import Outcomes
    from recon.plugins import OpenLedger, Plugins
    from recon.protocols import LedgerCapabilities

    Count = Callable[[Sequence[str]], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class LedgerCase:
    """One ledger, open, with what a rule needs to look at it.

    Attributes:
        salt: what makes the keys of this rule its own.
        file: where a file ledger lies; None for any other.
        count: says how many entries the ledger's own books hold under each key, where the author can tell.
    """

    plugins: Plugins
    name: str
    options: Mapping[str, Any]
    salt: str
    accounts: Mapping[str, str] = field(default_factory=lambda: samples.ACCOUNTS)
    file: Path | None = None
    count: Count | None = None

    @property
    def can(self) -> LedgerCapabilities:
        """What the ledger says that it can."""
        return self.plugins.ledger_type(self.name).capabilities

    def open(self) -> OpenLedger:
        """Connect anew: what a ledger knows only in memory is gone."""
        return self.plugins.connect(self.name, self.options)

    def key(self, name: str) -> str:
        """Give a key that no other rule has."""
        return samples.key_of(f"{self.salt} {name}")

    def entry(self, name: str, postings: Sequence[samples.Posting] = (), **fields: Any) -> Any:
        """Give the rows of an entry under the key of this name."""
        told: dict[str, Any] = {"postings": postings} if postings else {}
        return samples.entry(self.key(name), accounts=self.accounts, **told, **fields)

    def post(self, *whole: Any, opened: OpenLedger | None = None) -> dict[str, str]:
        """Post whole entries; gives the outcome of each key."""
        return dict(self.receipts(*whole, opened=opened).select("entry_key", "outcome").rows())

    def receipts(self, *whole: Any, opened: OpenLedger | None = None) -> dy.DataFrame[Outcomes]:
        """Post whole entries; gives the ledger's whole answer."""
        return self.plugins.post(opened or self.open(), samples.entries(*whole))

    def receipt(self, *names: str) -> dy.DataFrame[Outcomes]:
        """Give receipts as if entries of these names had been accepted."""
        return samples.outcomes(
            {"entry_key": self.key(name), "outcome": "accepted"} for name in names
        )

    def found(self, *names: str) -> set[str]:
        """Ask a new connection which of these it has."""
        keys = {self.key(name): name for name in names}
        return {keys[key] for key in self.plugins.find(self.open(), sorted(keys))}

    def bytes_now(self) -> bytes | None:
        """Give the file of a file ledger."""
        return self.file.read_bytes() if self.file is not None and self.file.exists() else None


def it_opens_and_refuses_an_option_that_it_does_not_know(case: LedgerCase) -> Iterator[str]:
    """A misspelt option must not become a default."""
    case.open()
    try:
        case.plugins.connect(case.name, {**case.options, "no_such_option": "x"})
    except ConfigurationError:
        return
    yield "it takes the option 'no_such_option' in silence: raise ConfigurationError"


def an_entry_is_accepted_whole(case: LedgerCase) -> Iterator[str]:
    """Each key has one outcome, and an entry of several postings is one entry."""
    parts = (("cash", 9_800, "EUR"), ("discount", 200, "EUR"), ("receivable", -10_000, "EUR"))
    answers = case.post(case.entry("one"), case.entry("parts", parts))
    for name in ("one", "parts"):
        outcome = answers[case.key(name)]
        if outcome != "accepted":
            yield f"a sound entry is {outcome}: a key that the ledger never had is accepted"
    yield from _once(case, "one", "parts")


def a_key_that_it_has_is_a_duplicate_and_changes_nothing(case: LedgerCase) -> Iterator[str]:
    """The engine sends again what it heard nothing of, in this process and in a later one."""
    opened = case.open()
    case.post(case.entry("one"), opened=opened)
    before = case.bytes_now()
    for again in (opened, case.open()):
        where = "on the same connection" if again is opened else "on a new connection"
        outcome = case.post(case.entry("one"), opened=again)[case.key("one")]
        if outcome != "duplicate":
            yield f"sent again {where}, the key is {outcome}, not duplicate"
    if case.bytes_now() != before:
        yield "sent again, the key changes the file"
    yield from _once(case, "one")


def a_key_that_it_has_takes_no_other_with_it(case: LedgerCase) -> Iterator[str]:
    """Of a batch that is known in half, the other half is accepted."""
    case.post(case.entry("old"))
    answers = case.post(case.entry("new"), case.entry("old"), case.entry("newer"))
    wanted = {"old": "duplicate", "new": "accepted", "newer": "accepted"}
    for name, outcome in wanted.items():
        told = answers[case.key(name)]
        if told != outcome:
            yield f"of a batch of one old and two new keys, the {name} one is {told}, not {outcome}"
    yield from _once(case, *wanted)


def an_entry_that_does_not_balance_is_rejected_alone(case: LedgerCase) -> Iterator[str]:
    """A rejected entry leaves nothing behind, has a reason, and its neighbours are accepted."""
    lame = case.entry("lame", (("cash", 100, "EUR"), ("receivable", -99, "EUR")))
    told = case.receipts(case.entry("before"), lame, case.entry("after"))
    rows = {row["entry_key"]: row for row in told.to_dicts()}
    refused = rows[case.key("lame")]
    if refused["outcome"] != "rejected":
        yield f"debits 1.00, credits 0.99: {refused['outcome']}, not rejected"
    elif not refused["reason"]:
        yield "it is rejected without a reason: a person has to know what to mend"
    for name in ("before", "after"):
        if rows[case.key(name)]["outcome"] != "accepted":
            yield f"its sound neighbour is {rows[case.key(name)]['outcome']}, not accepted"
    if case.can.finds_by_key and case.found("lame"):
        yield "it is rejected, and found all the same"


def it_finds_what_it_has_and_nothing_else(case: LedgerCase) -> Iterator[str]:
    """What was not heard of is looked up before it is sent again, so the answer must be true."""
    if not case.can.finds_by_key:
        return
    if case.found("one", "never"):
        yield "it finds a key before it was posted"
    opened = case.open()
    if case.plugins.find(opened, []) != {}:
        yield "asked for no key, it finds some"
    case.post(case.entry("one"), opened=opened)
    raw = opened.connection.find([case.key("one"), case.key("never")])
    if set(raw) != {case.key("one")}:
        yield "on the same connection it does not find exactly the key that was posted"
    if any(type(text) is not str or not text for pair in raw.items() for text in pair):
        yield "keys and remote ids are texts, and not empty"
    if case.found("one", "never") != {"one"}:
        yield "on a new connection it does not find exactly the key that was posted"


def it_finds_every_key_of_many(case: LedgerCase) -> Iterator[str]:
    """A page of answers is not the whole answer: the engine sends and asks for hundreds at once."""
    names = [f"n{at}" for at in range(120)]
    answers = case.post(*(case.entry(name) for name in names))
    accepted = [name for name in names if answers[case.key(name)] == "accepted"]
    if len(accepted) != len(names):
        yield f"of {len(names)} entries sent at once {len(accepted)} are accepted"
    if case.can.finds_by_key and (left := set(accepted) - case.found(*accepted)):
        yield f"of {len(names)} keys asked for at once {len(left)} are not found"


def it_verifies_what_it_has_and_nothing_else(case: LedgerCase) -> Iterator[str]:
    """`verify` looks into the ledger, not into the receipt."""
    if not case.can.verifies:
        return
    receipts = case.receipts(case.entry("one"))
    answers = dict(case.plugins.verify(case.open(), receipts).select("entry_key", "outcome").rows())
    if answers != {case.key("one"): "accepted"}:
        yield f"an entry that it has is {answers.get(case.key('one'))}, not accepted"
    told = case.plugins.verify(case.open(), case.receipt("never"))["outcome"].to_list()
    if told != ["unknown"]:
        yield f"a receipt of a key that it never had is {told[0]}, not unknown"


def it_reverses_once_and_only_what_it_has(case: LedgerCase) -> Iterator[str]:
    """A reversal is a new entry; the one it reverses stays, so that its key is never posted again."""
    if not case.can.reverses:
        return
    given = case.receipts(case.entry("one"), case.entry("two"))
    one = samples.outcomes(given.filter(pl.col("entry_key") == case.key("one")).to_dicts())
    for wanted in ("accepted", "duplicate"):
        told = case.plugins.reverse(case.open(), one)["outcome"].to_list()
        if told != [wanted]:
            yield f"reversed {'once' if wanted == 'accepted' else 'again'}, it is {told[0]}, not {wanted}"
    told = case.plugins.reverse(case.open(), case.receipt("never"))["outcome"].to_list()
    if told != ["rejected"]:
        yield f"what it never had is {told[0]} when reversed, not rejected"
    if case.post(case.entry("one"))[case.key("one")] != "duplicate":
        yield "after its reversal the key is taken again"


def a_strangers_text_is_kept_out_of_its_grammar(case: LedgerCase) -> Iterator[str]:
    """Whatever a payer writes, entries stay whole: it is accepted, or rejected with a reason, and hurts no other."""
    case.post(case.entry("first"))
    for at, text in enumerate(samples.HOSTILE):
        shown = repr(text[:30])
        words: dict[str, Any] = {"description": text, "evidence": text, "item_number": text or None}
        row = case.receipts(case.entry(f"t{at}", **words)).row(0, named=True)
        if row["outcome"] == "rejected" and row["reason"]:
            continue
        if row["outcome"] != "accepted":
            yield f"with the text {shown} an entry is {row['outcome']}"
        elif case.can.finds_by_key and case.found("first", f"t{at}") != {"first", f"t{at}"}:
            yield f"after the text {shown} not every entry is found"
        elif case.post(case.entry(f"t{at}", **words))[case.key(f"t{at}")] != "duplicate":
            yield f"with the text {shown} the key is not known again"
    yield from _verified(case, "first")


def amounts_keep_every_minor_unit(case: LedgerCase) -> Iterator[str]:
    """Currencies have no, two or three decimals, and amounts go up to 10^15 minor units."""
    for currency in ("JPY", "EUR", "KWD"):
        for amount in (1, 999, AMOUNT_LIMIT):
            name = f"{amount} {currency}"
            both = (("cash", amount, currency), ("receivable", -amount, currency))
            row = case.receipts(case.entry(name, both)).row(0, named=True)
            if row["outcome"] == "accepted":
                yield from _verified(case, name)
            elif row["outcome"] != "rejected" or not row["reason"]:
                yield f"{amount} minor units of {currency} are {row['outcome']}: accept, or say why not"


def the_order_of_rows_decides_nothing(case: LedgerCase) -> Iterator[str]:
    """Entries in any order, their postings apart, are the same entries; a file has the same bytes."""
    names = [f"n{at}" for at in range(12)]
    frame = samples.entries(*(case.entry(name) for name in names))
    mixed = samples.shuffled(frame)
    if case.file is None:
        told = case.plugins.post(case.open(), mixed)["outcome"].unique().to_list()
        if told != ["accepted"]:
            yield f"with their postings apart, entries are {', '.join(told)}"
        yield from _once(case, *names)
        return
    made = []
    for at, one in enumerate((frame, mixed)):
        path = case.file.with_name(f"{at}-{case.file.name}")
        opened = case.plugins.connect(case.name, {**case.options, "path": str(path)})
        case.plugins.post(opened, one)
        made.append(path.read_bytes())
    if made[0] != made[1]:
        yield "the same entries in another order give other bytes"


def nothing_to_do_is_no_error(case: LedgerCase) -> Iterator[str]:
    """No entries give no outcomes."""
    opened = case.open()
    if case.receipts(opened=opened).height:
        yield "it answers for entries that nobody sent"
    if case.can.finds_by_key and case.found("never"):
        yield "it finds a key that nobody sent"


def a_failed_connection_is_told_as_an_error(case: LedgerCase) -> Iterator[str]:
    """A file ledger that cannot be written says so; it never says accepted."""
    if case.file is None:
        return
    nowhere = case.file.parent / "no" / "such" / "folder" / case.file.name
    try:
        opened = case.plugins.connect(case.name, {**case.options, "path": str(nowhere)})
        told = case.post(case.entry("one"), opened=opened)
    except ReconError as error:
        if error.code == "plugin-failed":
            yield f"raise a ReconError that says what to do: {error.message}"
        return
    if "accepted" in told.values() and not nowhere.exists():
        yield "it accepts an entry that it cannot write"


RULES: Final = (
    it_opens_and_refuses_an_option_that_it_does_not_know,
    an_entry_is_accepted_whole,
    a_key_that_it_has_is_a_duplicate_and_changes_nothing,
    a_key_that_it_has_takes_no_other_with_it,
    an_entry_that_does_not_balance_is_rejected_alone,
    it_finds_what_it_has_and_nothing_else,
    it_finds_every_key_of_many,
    it_verifies_what_it_has_and_nothing_else,
    it_reverses_once_and_only_what_it_has,
    a_strangers_text_is_kept_out_of_its_grammar,
    amounts_keep_every_minor_unit,
    the_order_of_rows_decides_nothing,
    nothing_to_do_is_no_error,
    a_failed_connection_is_told_as_an_error,
)


def _once(case: LedgerCase, *names: str) -> Iterator[str]:
    """Every entry is there, and once as far as anybody can tell."""
    if case.can.finds_by_key and (left := set(names) - case.found(*names)):
        yield f"not found afterwards: {', '.join(sorted(left))}"
    if case.count is not None:
        held = case.count([case.key(name) for name in names])
        for name in names:
            if (times := held.get(case.key(name), 0)) != 1:
                yield f"its own books hold the entry {name!r} {times} times"
    yield from _verified(case, *names)


def _verified(case: LedgerCase, *names: str) -> Iterator[str]:
    if not case.can.verifies:
        return
    told = case.plugins.verify(case.open(), case.receipt(*names))
    for key, outcome, reason in told.select("entry_key", "outcome", "reason").rows():
        if outcome != "accepted":
            name = next(one for one in names if case.key(one) == key)
            yield f"asked again, the entry {name!r} is {outcome}: {reason}"
