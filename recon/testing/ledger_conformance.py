"""The standard suite for a ledger, in a few lines of your own tests: a test for each rule of the contract.

    class TestMyLedger(LedgerConformance):
        ledger = MyLedger()

In: your kind of ledger and, unless it is a file, options under which a test ledger is opened. Out: a test a rule; or
`check_ledger`, which tries them all at once.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from recon.plugins import Plugins
from recon.testing import ledger_rules, samples
from recon.testing.verdict import Suite, check_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from recon.protocols import LedgerType
    from recon.testing.ledger_rules import Count, LedgerCase
    from recon.testing.verdict import Rule


class LedgerConformance(Suite):
    """Rules that every ledger keeps; subclass it with `ledger`.

    A file ledger gets a new file for each rule. Any other is opened with `options`, the same ledger for all rules: their
    keys differ. Give `salt` something new for each session where the ledger keeps what earlier sessions posted.

    Attributes:
        ledger: the kind of ledger as its hook registers it.
        options: the table `[ledgers.NAME]` of a policy, without `path`.
        accounts: the ledger's accounts of the roles cash, receivable and discount.
        salt: stands in every key.
    """

    rules = ledger_rules.RULES
    ledger: ClassVar[LedgerType]
    options: ClassVar[Mapping[str, Any]] = {}
    accounts: ClassVar[Mapping[str, str]] = samples.ACCOUNTS
    salt: ClassVar[str] = ""

    def fresh_options(self) -> Mapping[str, Any]:
        """Give the options of the next rule; a subclass may start or empty its test ledger here."""
        return self.options

    def count(self, keys: Sequence[str]) -> Mapping[str, int] | None:  # noqa: ARG002 - for subclasses
        """Say how many entries the ledger's own books hold under each key; None (the default): nobody can tell."""
        return None

    @contextmanager
    def opening(self, rule: Rule) -> Iterator[LedgerCase]:
        """Make the case: a ledger in a folder of its own, with keys of its own."""
        can_count = self.count([]) is not None
        with _case(
            self.ledger,
            rule,
            options=self.fresh_options(),
            accounts=self.accounts,
            salt=self.salt,
            count=(lambda keys: self.count(keys) or {}) if can_count else None,
        ) as case:
            yield case


def check_ledger(
    ledger: LedgerType,
    options: Mapping[str, Any] | None = None,
    *,
    accounts: Mapping[str, str] = samples.ACCOUNTS,
    salt: str = "",
    count: Count | None = None,
    rules: Sequence[Rule] = ledger_rules.RULES,
) -> None:
    """Check one ledger by the rules.

    Args:
        ledger: the kind of ledger as its hook registers it.
        options: the table `[ledgers.NAME]` of a policy that opens a test ledger; a file ledger gets its path here.
        accounts: the ledger's accounts of the roles cash, receivable and discount.
        salt: stands in every key; something new where the ledger keeps what was posted before.
        count: says how many entries the ledger's own books hold under each key.
        rules: those to try; all of them if left out.

    Raises:
        NotConforming: with every complaint, each under the rule that is broken.
    """
    check_all(
        rules,
        lambda rule: _case(
            ledger, rule, options=options or {}, accounts=accounts, salt=salt, count=count
        ),
    )


@contextmanager
def _case(
    ledger: LedgerType,
    rule: Rule,
    *,
    options: Mapping[str, Any],
    accounts: Mapping[str, str],
    salt: str,
    count: Count | None,
) -> Iterator[LedgerCase]:
    plugins = Plugins.for_tests([ledger])
    with tempfile.TemporaryDirectory(prefix="recon-kit-") as folder:
        file = Path(folder) / ledger.file_name if ledger.file_name else None
        given = {**options, "path": str(file)} if file else dict(options)
        yield ledger_rules.LedgerCase(
            plugins,
            ledger.name,
            given,
            f"{salt} {rule.__name__}",
            accounts=accounts,
            file=file,
            count=count,
        )
