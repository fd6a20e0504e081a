"""The guide to notations: its example works, its tables are complete, its error is the real one."""

import re
from pathlib import Path

import pytest

from generator import generate
from generator.audit import read_page
from generator.config import parse
from generator.config.located import Unusable
from generator.network.names import Name
from generator.page.notation import NOTATIONS, Symbols
from generator.page.own_notation import ROLES

GUIDE = (Path(__file__).parents[1] / "docs/guides/notation.md").read_text(encoding="utf-8")
(EXAMPLE,) = re.findall(r"```yaml\n(title:.*?)```", GUIDE, re.DOTALL)


def test_the_example_gives_a_page_that_reads_back_clean():
    page = generate(EXAMPLE, "net")["net.md"]
    reading = read_page(page)
    assert reading.equalities > 100
    assert (reading.findings, reading.unread) == ((), ())
    shown = re.search(r"first hidden unit reads \$s_1\^\{1\} = (.*?)\$", GUIDE)[1]
    assert f"s_1^{{1}} &= {shown} \\\\" in page


def test_the_table_has_every_role_with_its_fields():
    for name, role in ROLES.items():
        fields = ", ".join(f"`{{{field}}}`" for field in role.fields)
        row = re.search(rf"^\| `{name.removesuffix('.output')}` \|.*$", GUIDE, re.MULTILINE)[0]
        assert row.endswith(f"| {fields} |".replace("|  |", "| |")), name


@pytest.mark.parametrize("notation", NOTATIONS)
def test_the_table_of_notations_shows_their_symbols(notation):
    example = parse(EXAMPLE).example
    symbols = Symbols(example, NOTATIONS[notation])
    z = Name("pre_activation", 2, unit=0)
    weight = Name("weight", 2, unit=0, source=1)
    names = [z, Name("activation", 2, unit=0), weight, Name("gradient", of=z), Name("loss")]
    row = re.search(rf"^\| `{notation}` \|.*$", GUIDE, re.MULTILINE)[0]
    assert re.findall(r"\$(.*?)\$", row) == [symbols(name).latex for name in names]


def test_the_error_is_what_the_generator_says():
    (shown,) = re.findall(r"^net\.yaml:\d+:\d+: page\.notation\.activation: (.*)$", GUIDE, re.M)
    refused = EXAMPLE.replace("'o_{unit}^{layer}'", "'o_{unit}'").replace(
        "activation.output: '\\hat{y}_{unit}'", ""
    )
    with pytest.raises(Unusable) as error:
        parse(refused)
    assert [problem.message for problem in error.value.problems] == [shown]
