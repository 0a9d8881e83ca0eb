"""Parties (customers in the books) and remittance advices (what a payer says it pays)."""

from __future__ import annotations

import dataframely as dy


class Parties(dy.Schema):
    """Customers: a row a customer."""

    customer_id = dy.String(primary_key=True, min_length=1)
    name = dy.String(nullable=True)
    country = dy.String(nullable=True, description="ISO 3166 alpha-2")
    parent_customer_id = dy.String(nullable=True)
    accounts = dy.List(dy.String(), description="known bank accounts, blanks removed")
    aliases = dy.List(dy.String(), description="other names under which it pays")


class Remittances(dy.Schema):
    """Remittance advices: a row an item that a payer announced to pay; the other columns are equal in all rows of one."""

    advice_id = dy.String()
    customer_id = dy.String(nullable=True)
    payer_name = dy.String(nullable=True)
    reference = dy.String(nullable=True, description="by which the payment names the advice")
    total = dy.Int64(description="what the payer announced in all, minor units")
    currency = dy.String(regex="^[A-Z]{3}$")
    item_number = dy.String()
    amount = dy.Int64(nullable=True, description="announced for this item, minor units")


class OwnAccounts(dy.Schema):
    """Our own bank accounts: money from one of them is a transfer, no receipt."""

    account = dy.String(primary_key=True)
    currency = dy.String(nullable=True)
