"""What is said of a ledger's options: the one that is not known, or the one that is missing."""

from __future__ import annotations

import pytest

from recon.api import ConfigurationError, check_options

KNOWN = ("url", "database", "token_env")


def test_options_that_are_known_and_complete_pass():
    check_options("erp", {"url": "https://x", "database": "books"}, KNOWN, needed=KNOWN[:2])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"url": "x", "database": "y", "colour": "red"}, "the ledger erp knows no option 'colour'"),
        ({"url": "x"}, "the ledger erp needs 'database'"),
        ({"url": "", "database": "y"}, "the ledger erp needs 'url'"),
    ],
)
def test_the_option_is_named_and_all_of_them_listed(options, said):
    with pytest.raises(ConfigurationError) as caught:
        check_options("erp", options, KNOWN, needed=KNOWN[:2])

    assert said in caught.value.render()
    assert "url, database, token_env" in caught.value.render()
