"""The documents with known errors are sound, and the score of an auditor on them is right."""

import json
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from generator import generate
from tests.audit.score import (
    KINDS,
    Error,
    documents,
    expectation,
    expected,
    judged,
    read_errors,
    score,
)

PAGES = Path(__file__).parent / "pages"
SOURCE = Path(__file__).parents[3] / "shared" / "source-example.md"
DOCUMENTS = [d for folder in ("dev", "holdout") for d in documents(PAGES / folder)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_an_expectation_fits_its_document(document):
    lines = document.read_text(encoding="utf-8").split("\n")
    facts = json.loads(expectation(document).read_text(encoding="utf-8"))
    errors = expected(document)
    assert facts["correct"] == (not errors)
    assert all(0 < error.line <= len(lines) and lines[error.line - 1].strip() for error in errors)
    assert all(error.kind in KINDS and error.note for error in errors)
    assert not errors or 2 <= sum(error.root for error in errors) <= 8
    assert 40 <= len(lines) <= 150


@pytest.mark.parametrize("folder", ["dev", "holdout"])
def test_half_of_the_documents_are_right(folder):
    found = documents(PAGES / folder)
    assert len(found) == 16
    assert sum(not expected(document) for document in found) == 8


def test_the_flawed_page_has_every_kind_of_error_that_the_source_has():
    """At the places that the source has them: the same counts of roots by kind."""
    flawed = expected(PAGES / "flawed.md")
    source = read_errors(PAGES.parent / "source_errors.json", "source-example.md")
    assert len(source) > 40
    assert roots_by_kind(flawed) == roots_by_kind(source)


def roots_by_kind(errors):
    return Counter(error.kind for error in errors if error.root)


def test_what_the_source_is_said_to_print_stands_on_its_lines():
    if not SOURCE.exists():
        pytest.skip(f"{SOURCE} is absent: the source's text is not ours to republish")
    lines = SOURCE.read_text(encoding="utf-8").split("\n")
    facts = json.loads((PAGES.parent / "source_errors.json").read_text(encoding="utf-8"))
    for error in facts["errors"]:
        assert error["printed"] in lines[error["line"] - 1], error


def test_the_network_of_the_flawed_page_is_a_configuration():
    text = (PAGES / "flawed.yaml").read_text(encoding="utf-8")
    assert "0.262277" in generate(text, "flawed")["flawed.md"]


ERRORS = [
    Error("page.md", 10, "arithmetic", "a digit", True),
    Error("page.md", 11, "symbol", "an index", True),
    Error("page.md", 20, "unfinished", "a question mark", True),
    Error("page.md", 30, "substitution", "carried on", False),
]


def at(*lines):
    return [SimpleNamespace(line=line, kind="value", message="") for line in lines]


@pytest.mark.parametrize(
    ("findings", "precision", "recall"),
    [
        (at(10, 11, 20), 1.0, 1.0),
        (at(10, 11, 20, 30), 1.0, 1.0),  # a finding on a carried error is no error
        (at(10, 11, 21), 1.0, 1.0),  # one line beside
        (at(10), 1.0, 1 / 3),  # a neighbour's finding does not prove line 11
        (at(10, 11, 20, 40), 3 / 4, 1.0),  # a false one
        (at(40, 22), 0.0, 0.0),
        ([], 1.0, 0.0),
    ],
)
def test_precision_and_recall(findings, precision, recall):
    result = judged(findings, ERRORS, "page.md")
    assert (result.precision, result.recall) == pytest.approx((precision, recall))


def test_an_auditor_that_knows_everything_has_full_marks_and_one_that_guesses_has_not():
    knows = score(expected, PAGES / "dev")
    assert (knows.precision, knows.recall, knows.missed, knows.false) == (1.0, 1.0, (), ())
    guesses = score(lambda path: at(*range(1, 40, 3)), PAGES / "dev")
    assert guesses.precision < 0.5
    assert guesses.false[0].document in str(guesses)
