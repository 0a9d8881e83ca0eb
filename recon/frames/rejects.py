"""Rejects: records that were counted but could not be read, each with its place and reason."""

from __future__ import annotations

import dataframely as dy


class Rejects(dy.Schema):
    """A row a rejected record. Count in = lines + rejects, in every reader."""

    file = dy.String(description="name of the file as given")
    record = dy.Int64(nullable=True, min=1, description="ordinal of the record in its file")
    line_number = dy.Int64(nullable=True, min=1, description="text line in the file")
    field = dy.String(nullable=True, description="the field or column that is wrong")
    code = dy.String(description="cause, in words joined by dashes")
    reason = dy.String(description="cause, in plain words")
    excerpt = dy.String(nullable=True, description="the offending text, clipped")
    hint = dy.String(nullable=True, description="what can be done about it")
