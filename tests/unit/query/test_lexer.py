"""Tokens, statements and brackets of text that need not be right."""

from __future__ import annotations

import pytest

from engine.query.lexer import bracket_pair, code, statement_at, statements, tokens

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("sql", "kinds"),
    [
        ("SELECT 1", ["word", "number"]),
        ("SELECT 'a''b' -- c", ["word", "string", "comment"]),
        ("/* a ; */ x", ["comment", "word"]),
        ('"a ""b"" c".d', ["name", "sign", "word"]),
        ("$$ it's $$ 1.5e3", ["string", "number"]),
        ("$tag$ $$ $tag$", ["string"]),
        ("größe2 >= .5", ["word", "sign", "sign", "number"]),
        ("'open ; string", ["string"]),
        ("/* open ; comment", ["comment"]),
        ("", []),
    ],
)
def test_that_text_is_cut_into_tokens(sql, kinds):
    found = list(tokens(sql))
    assert [token.kind for token in found] == kinds
    assert all(sql[token.start : token.end] == token.text for token in found)


def test_that_code_leaves_comments_out():
    assert [token.text for token in code("a /* b */ c -- d")] == ["a", "c"]


def test_that_statements_end_at_semicolons_outside_strings_and_comments():
    sql = "SELECT ';' -- ;\n; ;\nSELECT 2;"
    assert [sql[a:b] for a, b in statements(sql)] == ["SELECT ';'", "SELECT 2"]
    assert statements(" -- nothing\n;") == []


@pytest.mark.parametrize(
    ("cursor", "found"),
    [
        ("|SELECT 1;\nSELECT 2", "SELECT 1"),
        ("SELECT| 1;\nSELECT 2", "SELECT 1"),
        ("SELECT 1;|\nSELECT 2", "SELECT 1"),
        ("SELECT 1;\n|SELECT 2", "SELECT 2"),
        ("SELECT 1;\n\n|\n\nSELECT 2", "SELECT 2"),
        ("SELECT 1;\nSELECT 2\n|", "SELECT 2"),
        ("SELECT 1;\nSELECT 2;\n|", "SELECT 2"),
        ("  |  SELECT 1", "SELECT 1"),
    ],
)
def test_that_the_statement_under_the_cursor_is_found(cursor, found):
    position, sql = cursor.index("|"), cursor.replace("|", "")
    span = statement_at(sql, position)
    assert span is not None
    assert sql[slice(*span)] == found


def test_that_there_is_no_statement_in_a_comment():
    assert statement_at("-- SELECT 1", 3) is None


@pytest.mark.parametrize(
    ("cursor", "partner"),
    [
        ("|(a)", 2),
        ("(a)|", 0),
        ("((a)|)", 0),
        ("((a)|b)", 1),
        ("(')'|)", 0),
        ("(a|", None),
        ("a|b", None),
    ],
)
def test_that_a_bracket_finds_its_partner(cursor, partner):
    found = bracket_pair(cursor.replace("|", ""), cursor.index("|"))
    assert (found[1] if found else None) == partner
