"""The standard suite for a format, in two lines of your own tests: a test for each rule of the contract.

    class TestMyBank(FormatConformance):
        format, samples = MyBank(), (Path(__file__).parent / "sample.mybank",)

In: your format and sound sample files. Out: a test a rule, which any runner of `test_` methods finds; pytest does.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from recon.plugins import Plugins
from recon.protocols import SourceFile
from recon.testing import conformance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from recon.protocols import Format, ParsedStatements


class FormatConformance:
    """Rules that every format keeps; subclass it with `format` and `samples`.

    Attributes:
        format: the format as its hook registers it.
        samples: sound files that it reads without a reject.
        options: the table `[formats.NAME]` of a policy, if the samples need one.
        damages: at how many places each sample is cut off, and at how many a byte is exchanged.
    """

    format: ClassVar[Format]
    samples: ClassVar[Sequence[Path | SourceFile]]
    options: ClassVar[Mapping[str, Any]] = {}
    damages: ClassVar[int] = 48

    def render(self, parsed: ParsedStatements) -> bytes | None:  # noqa: ARG002 - for subclasses
        """Write what was read as a file of this format; None (the default) leaves the round trip out."""
        return None

    def test_a_sample_is_read_without_a_reject(self) -> None:
        """Every record of a sound file becomes a line."""
        for case in self._cases():
            assert case.parsed.rejects.is_empty(), case.parsed.rejects["reason"].to_list()

    def test_it_claims_its_files_by_content_and_no_others(self) -> None:
        """See `conformance.of_sniffing`."""
        self._hold(conformance.of_sniffing)

    def test_it_reads_the_same_bytes_alike(self) -> None:
        """See `conformance.of_repeating`."""
        self._hold(conformance.of_repeating)

    def test_balances_add_up(self) -> None:
        """See `conformance.of_balances`."""
        self._hold(conformance.of_balances)

    def test_raw_records_lie_in_the_file(self) -> None:
        """See `conformance.of_raw_records`."""
        self._hold(conformance.of_raw_records)

    def test_no_amount_changes_with_the_encoding(self) -> None:
        """See `conformance.of_encodings`."""
        self._hold(conformance.of_encodings)

    def test_files_read_together_are_read_as_alone(self) -> None:
        """See `conformance.of_company`."""
        self._hold(conformance.of_company)

    def test_a_file_read_in_pieces_is_read_as_a_whole(self) -> None:
        """See `conformance.of_pieces`."""
        self._hold(conformance.of_pieces)

    def test_a_damaged_file_is_read_by_the_contract_or_refused(self) -> None:
        """See `conformance.of_damage`."""
        self._hold(lambda case: conformance.of_damage(case, self.damages))

    def test_what_is_written_is_read_back(self) -> None:
        """`render`, where a subclass has one, gives a file that is read into the same amounts, dates and texts."""
        columns = ("booking_date", "amount", "currency", "remittance")
        for case in self._cases():
            written = self.render(case.parsed)
            if written is not None:
                again = case.read(written).lines.select(columns)
                assert again.equals(case.parsed.lines.select(columns))

    def _hold(self, rule: Callable[[conformance.Case], Iterator[str]]) -> None:
        complaints = [complaint for case in self._cases() for complaint in rule(case)]
        assert not complaints, "\n".join(complaints)

    def _cases(self) -> Iterator[conformance.Case]:
        plugins = Plugins.for_tests([self.format])
        for sample in self.samples:
            source = sample
            if isinstance(sample, Path):
                source = SourceFile(sample.name, sample.read_bytes())
            assert isinstance(source, SourceFile)
            options = dict(self.options)
            parsed = plugins.read(self.format.name, source, options)
            yield conformance.Case(plugins, self.format.name, source, options, parsed)
