"""What a plugin registers: one typed object per kind. Data crosses as whole frames of a named schema."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

from recon.errors import MalformedFile, Place

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import BinaryIO

    import dataframely as dy

    from recon.frames.allocations import AllocationLog, Allocations
    from recon.frames.batches import Batches, BatchOutcomes
    from recon.frames.decisions import DecisionLog, Decisions
    from recon.frames.entries import Entries, EntryLog, Outbox
    from recon.frames.events import Approvals, Comments, Events, Periods
    from recon.frames.evidence import Evidence
    from recon.frames.history import ConfirmedAllocations, RefusedPairs
    from recon.frames.items import ClosedItems, ItemDifferences, Items, ItemStates
    from recon.frames.lines import Lines, ReadLines
    from recon.frames.outcomes import Outcomes
    from recon.frames.parties import OwnAccounts, Parties, Remittances
    from recon.frames.proposals import ProposedSets
    from recon.frames.rejects import Rejects
    from recon.frames.statements import ReadStatements, Statements

    Options = Mapping[str, Any]


# ---------------------------------------------------------------- formats

# How large a file may be that stands in memory as a whole.
SIZE_LIMIT_BYTES: Final = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One input as a format sees it: bytes, never a path."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class SourceStream:
    """One large input as a format sees it: a file open for reading bytes at any place of it, never a path."""

    name: str
    file: BinaryIO

    def whole(self) -> SourceFile:
        """Give all bytes, for a file that cannot be read in pieces after all.

        Raises:
            MalformedFile: it is larger than a file may be that stands in memory as a whole.
        """
        self.file.seek(0)
        data = self.file.read(SIZE_LIMIT_BYTES + 1)
        if len(data) > SIZE_LIMIT_BYTES:
            raise MalformedFile(
                f"the file is larger than {SIZE_LIMIT_BYTES // 1024**2} MiB, and cannot be read in pieces",
                place=Place(self.name),
                hint="split the export by account or by month",
            )
        return SourceFile(self.name, data)


@dataclass(frozen=True, slots=True)
class ParsedStatements:
    """What a format read out of one file.

    The sum of `statements.line_count`, counted independently of the parser, equals the rows of `lines` plus
    the rows of `rejects` that name a record; the engine refuses the file otherwise.
    """

    statements: dy.DataFrame[ReadStatements]
    lines: dy.DataFrame[ReadLines]
    rejects: dy.DataFrame[Rejects]
    reader: str
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StreamedStatements:
    """What a format reads out of one file in pieces: as ParsedStatements, but for the lines, which come in blocks.

    All that is beside the lines is known before the first of them is given. The blocks one behind the other are the lines
    of ParsedStatements; they can be gone through once.
    """

    statements: dy.DataFrame[ReadStatements]
    lines: Iterator[dy.DataFrame[ReadLines]]
    rejects: dy.DataFrame[Rejects]
    reader: str
    findings: tuple[str, ...] = ()


@runtime_checkable
class Format(Protocol):
    """A statement format. A failing `read` quarantines that file; the run goes on."""

    name: str

    def sniff(self, head: bytes, file_name: str) -> bool:
        """Say whether the first 64 KiB are of this format, by content; must be certain and must not raise."""
        ...

    def read(self, source: SourceFile, options: Options) -> ParsedStatements:
        """Read one whole file.

        Args:
            source: the file's name and bytes.
            options: the table `[formats.NAME]` of the policy.

        Raises:
            MalformedFile: the file breaks the format's rules beyond one record.
        """
        ...


@runtime_checkable
class ReadsMany(Protocol):
    """What a format may have beside `read`: a day brings hundreds of small files, and one pass over all of them is cheaper."""

    def read_many(
        self, sources: Sequence[SourceFile], options: Options
    ) -> Sequence[ParsedStatements | None]:
        """Read several files, each exactly as `read` would: no file may change what is read of another.

        Args:
            sources: the files' names and bytes.
            options: the table `[formats.NAME]` of the policy.

        Returns:
            an answer for each file, in order; None for one that is to be read by itself, such as one that `read` refuses.
        """
        ...


@runtime_checkable
class ReadsInPieces(Protocol):
    """What a format may have beside `read`: a way through a file that is never in memory as a whole."""

    def read_stream(
        self, source: SourceStream, options: Options
    ) -> AbstractContextManager[StreamedStatements]:
        """Read one whole file in pieces, exactly as `read` would; lines are given only inside of the context.

        Args:
            source: the file's name, and the file itself, which the caller closes.
            options: the table `[formats.NAME]` of the policy.

        Raises:
            MalformedFile: the file breaks the format's rules beyond one record; before the first line is given.
        """
        ...


@runtime_checkable
class ExplainsClaim(Protocol):
    """What a format may have beside `sniff`; `recon formats sniff` shows it."""

    def explain(self, head: bytes, file_name: str) -> str:
        """Say in one sentence why the file is, or is not, of this format; must not raise."""
        ...


@runtime_checkable
class DraftsOptions(Protocol):
    """What a format may have whose files can be told in many ways; `recon init --from` shows it."""

    def draft(self, source: SourceFile) -> str:
        """Propose the policy's rows for a file that cannot be read unaided, as TOML with comments on what is open.

        Raises:
            MalformedFile: nothing can be said of this file.
        """
        ...


# ---------------------------------------------------------------- sources


@dataclass(frozen=True, slots=True)
class Books:
    """The books' side as of a date; `confirmed` and `refused` are what was decided before, where it is known.

    `batches` are the settlement reports of providers; `file` of each row is the path that the options named.
    """

    items: dy.DataFrame[Items]
    parties: dy.DataFrame[Parties]
    remittances: dy.DataFrame[Remittances]
    closed: dy.DataFrame[ClosedItems]
    own_accounts: dy.DataFrame[OwnAccounts]
    confirmed: dy.DataFrame[ConfirmedAllocations] | None = None
    refused: dy.DataFrame[RefusedPairs] | None = None
    batches: dy.DataFrame[Batches] | None = None


@runtime_checkable
class ItemSource(Protocol):
    """A source of open items. A failing source stops the run before matching."""

    name: str

    def fetch(self, as_of: dt.date | None, options: Options) -> Books:
        """Fetch open items, customers and remittance advices as of a date (None: as they are)."""
        ...


@runtime_checkable
class ReadsAdvices(Protocol):
    """What a source may have that reads remittance advices from files in a format of its own.

    Its `fetch` is called with the paths of the files that it claims as the option `remittances`.
    """

    def claims_advice(self, head: bytes, file_name: str) -> bool:
        """Say whether the first 64 KiB are an advice of its format, by content; must be certain and must not raise."""
        ...


# ---------------------------------------------------------------- matching


@runtime_checkable
class EvidenceSource(Protocol):
    """A further judge. A failing judge stops the run: losing it in silence would change results."""

    name: str

    def find(
        self,
        lines: dy.DataFrame[Lines],
        items: dy.DataFrame[Items],
        parties: dy.DataFrame[Parties],
    ) -> dy.DataFrame[Evidence]:
        """Give evidence for pairs of line and item."""
        ...


@runtime_checkable
class Pass(Protocol):
    """A further maker of proposals. A failing pass stops the run."""

    name: str

    def propose(
        self,
        lines: dy.DataFrame[Lines],
        items: dy.DataFrame[Items],
        parties: dy.DataFrame[Parties],
    ) -> dy.DataFrame[ProposedSets]:
        """Give sets of items that lines may pay; the engine explains and weighs each."""
        ...


# ---------------------------------------------------------------- ledgers


@dataclass(frozen=True, slots=True)
class LedgerCapabilities:
    """What a ledger can do; the engine asks before it relies on it.

    `leaves_out_known`: a key that it has is never booked again, also if the first call is still under way. Where that is
    not so (a system that can be searched, and books whatever it is told), an entry of which nothing was heard is sent
    again by a person only.
    """

    is_file: bool
    finds_by_key: bool
    verifies: bool
    reverses: bool
    leaves_out_known: bool = True


@runtime_checkable
class Ledger(Protocol):
    """An open connection to one ledger. A failing call leaves its entries pending."""

    def find(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Map each entry key that the ledger already has to its remote id."""
        ...

    def post(self, entries: dy.DataFrame[Entries]) -> dy.DataFrame[Outcomes]:
        """Post whole entries; one outcome per entry key. A key it has already is a duplicate."""
        ...

    def verify(self, receipts: dy.DataFrame[Outcomes]) -> dy.DataFrame[Outcomes]:
        """Say again, from the ledger itself, what became of these entries."""
        ...

    def reverse(self, receipts: dy.DataFrame[Outcomes]) -> dy.DataFrame[Outcomes]:
        """Post the opposite of these entries."""
        ...


@runtime_checkable
class LedgerType(Protocol):
    """A kind of ledger that can be connected to."""

    name: str
    capabilities: LedgerCapabilities
    file_name: str | None  # for file ledgers: the name inside the output folder

    def connect(self, options: Options) -> Ledger:
        """Open the ledger; `options` is `[ledgers.NAME]` of the policy, for a file ledger with `path`."""
        ...


# ---------------------------------------------------------------- reports


@dataclass(frozen=True, slots=True)
class InputFile:
    """One input of a run, as the run's record names it."""

    name: str
    sha256: str
    size_bytes: int
    role: str  # statement, open_items, customers, accounts, remittances, batches, history, policy
    state: str  # read, quarantined
    format: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class RunView:
    """All a report may show of one run: frames, never the store."""

    as_of: dt.date
    policy_hash: str
    inputs: tuple[InputFile, ...]
    statements: dy.DataFrame[Statements]
    lines: dy.DataFrame[Lines]
    rejects: dy.DataFrame[Rejects]
    items: dy.DataFrame[Items]
    decisions: dy.DataFrame[Decisions]
    allocations: dy.DataFrame[Allocations]
    entries: dy.DataFrame[Entries]
    batches: dy.DataFrame[BatchOutcomes] | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The record of a workspace as it stood: up to a value date, and as it was known after one event.

    `decisions` and `allocations` are those in force, one decision a line; a line whose decision takes effect later, or
    waits for an approval, stands as before it. `items` are as then known too.
    """

    as_of: dt.date
    known_seq: int
    known_at: str
    chain_head: str
    policy_hash: str
    events: dy.DataFrame[Events]
    statements: dy.DataFrame[Statements]
    lines: dy.DataFrame[Lines]
    decisions: dy.DataFrame[Decisions]
    allocations: dy.DataFrame[Allocations]
    items: dy.DataFrame[ItemStates]
    differences: dy.DataFrame[ItemDifferences]
    decision_log: dy.DataFrame[DecisionLog]
    allocation_log: dy.DataFrame[AllocationLog]
    entries: dy.DataFrame[EntryLog]
    outbox: dy.DataFrame[Outbox]
    approvals: dy.DataFrame[Approvals]
    comments: dy.DataFrame[Comments]
    periods: dy.DataFrame[Periods]
    parties: dy.DataFrame[Parties]


@runtime_checkable
class Report(Protocol):
    """A further report. A failing report is marked failed; the run stays."""

    name: str

    def render(self, view: RunView, out: Path) -> None:
        """Write the report's files into the folder `out`."""
        ...
