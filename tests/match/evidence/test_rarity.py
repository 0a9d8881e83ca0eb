from __future__ import annotations

import math

import polars as pl
import pytest

from recon.match.evidence.rarity import amount_prior, key_prior, millibits, shape


def prior_of_amount(minor):
    return pl.DataFrame({"amount": [minor]}).select(amount_prior(pl.col("amount"))).item()


def prior_of_key(key):
    return pl.DataFrame({"key": [key]}).select(key_prior(pl.col("key"))).item()


def test_a_weight_is_the_logarithm_of_the_odds_in_thousandths_of_a_bit():
    weights = pl.DataFrame({"chance": [0.5, 0.25, 0.8, 1e-6]}).select(
        millibits(0.5, pl.col("chance"))
    )

    assert weights["literal" if "literal" in weights.columns else weights.columns[0]].to_list() == [
        0,
        1000,
        round(math.log2(0.5 / 0.8) * 1000),
        round(math.log2(0.5 / 1e-6) * 1000),
    ]


def test_a_rounder_amount_is_commoner():
    amounts = [10_000, 12_000, 12_500, 12_340, 12_345, 123_456]
    chances = [prior_of_amount(amount) for amount in amounts]

    assert chances == sorted(chances, reverse=True)
    assert len(set(chances)) == 6


def test_the_sign_and_the_trailing_zeros_of_an_amount_say_nothing():
    assert (
        prior_of_amount(-12_340)
        == prior_of_amount(12_340)
        == prior_of_amount(123_400)
        == prior_of_amount(1_234)
    )


@pytest.mark.parametrize(
    ("commoner", "rarer"),
    [
        ("14", "142"),
        ("142", "1423"),
        ("1423", "14231"),
        ("14231", "142310"),
        ("142310", "1423107"),
        ("2026", "4711"),  # a year stands in texts for its own sake
        ("20260115", "47110115"),  # so does a day
        ("1001", "INV1001"),
        ("A1", "INV1001"),
    ],
)
def test_a_shorter_token_and_a_date_are_commoner(commoner, rarer):
    assert prior_of_key(commoner) > prior_of_key(rarer)


def test_the_shape_of_a_token_keeps_letters_and_counts_digits():
    shapes = (
        pl.DataFrame({"key": ["INV2024", "INV2025", "RE2024", "2024"]})
        .select(shape(pl.col("key")))["key"]
        .to_list()
    )

    assert shapes == ["INV9999", "INV9999", "RE9999", "9999"]


def test_longer_numbers_are_told_apart_by_the_range_they_begin_with():
    keys = pl.DataFrame({"key": ["412055", "413990", "780258", "4120", "INV412055"]})

    shapes = keys.select(shape(pl.col("key")))["key"].to_list()

    assert shapes == ["419999", "419999", "789999", "9999", "INV999999"]
