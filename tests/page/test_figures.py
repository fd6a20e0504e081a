"""The figure of a network: nothing overlaps, every label stands in its edge, the SVG is sound."""

import re
import unicodedata
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import combinations, pairwise, product
from pathlib import Path

import pytest

from generator import generate
from generator.page.figures import NetworkFigure, network_figure
from generator.page.labels import Label
from generator.page.markdown import environment
from generator.page.notation import NOTATIONS

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
SVG = "{http://www.w3.org/2000/svg}"
TEMPLATE = environment().get_template("network.svg")

SHAPES = [
    (1, 1), (2, 2, 2), (3, 2, 1), (3, 4, 4, 2), (6, 6, 6), (1, 6, 1), (6, 1, 6), (2, 6), (6, 2, 3),
    (8, 4, 2), (4, 8, 1), (1, 1, 1, 1, 1, 1), (5, 6, 6, 6, 5), (12, 3), (4, 4, 20), (784, 12, 10),
]  # fmt: skip


def plain(symbol, number, layer):
    return Label(symbol, str(number), value="0.15")


def layered(symbol, number, layer):
    return Label(
        symbol.upper(), str(number), f"[{layer}]", "−4.1×10⁻⁵" if number % 5 == 0 else "0.2"
    )


def long_biases(symbol, number, layer):
    return Label(symbol, "layer" * 12 if symbol == "b" else str(number), value="0.1")


def short_names(column, unit):
    return Label("y\u0302", str(unit + 1))


def long_names(column, unit):
    return Label(["sepal length", '<petal> & "width"', "h"][(column + unit) % 3])


def network(sizes, bias="shared", symbol=plain, names=short_names, title="A network"):
    columns = [[names(c, unit) for unit in range(size)] for c, size in enumerate(sizes)]
    columns[0] = [replace(unit, value="0.05") for unit in columns[0]]
    weights, number = [], 0
    for layer, (fan_in, units) in enumerate(pairwise(sizes), 1):
        counted = [[number + j * fan_in + i + 1 for i in range(fan_in)] for j in range(units)]
        weights.append([[symbol("w", n, layer) for n in row] for row in counted])
        number += fan_in * units
    biases = {
        "none": [()] * len(weights),
        "shared": [symbol("b", layer, layer) for layer in range(1, len(sizes))],
        "own": [
            [symbol("b", unit + 1, layer) for unit in range(size)]
            for layer, size in enumerate(sizes[1:], 1)
        ],
    }[bias]
    return network_figure(columns, weights, biases, title, "What it shows.")


def svg(figure: NetworkFigure) -> str:
    return TEMPLATE.render(figure=figure)


# What stands where, read from the SVG with the test's own idea of the width of a text.


def text_box(text):
    size, x, y = (float(text.get(key)) for key in ("font-size", "x", "y"))
    width = 0.6 * size * sum(not unicodedata.combining(char) for char in text.text)
    left = x - {"start": 0, "middle": width / 2, "end": width}[text.get("text-anchor")]
    return left, y - 0.75 * size, left + width, y + 0.2 * size


def circle_box(circle):
    x, y, r = (float(circle.get(key)) for key in ("cx", "cy", "r"))
    return x - r, y - r, x + r, y + r


def union(boxes):
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def marks(root):
    """The box of each label, and of each circle with what stands in it."""
    return [
        union([text_box(t) for t in group.iter(f"{SVG}text")]
              + [circle_box(c) for c in group.iter(f"{SVG}circle")])
        for group in root.iter(f"{SVG}g")
    ]  # fmt: skip


def segments(root):
    for line in root.iter(f"{SVG}polyline"):
        points = [tuple(map(float, point.split(","))) for point in line.get("points").split()]
        yield from pairwise(points)


def overlaps(boxes):
    return [
        (a, b)
        for a, b in combinations(boxes, 2)
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]


def crosses(segment, box, inset=1):
    """Whether a segment passes through a box; a touch of its edge does not count."""
    (x1, y1), (x2, y2) = segment
    enter, leave = 0.0, 1.0
    for start, step, low, high in [
        (x1, x2 - x1, box[0] + inset, box[2] - inset),
        (y1, y2 - y1, box[1] + inset, box[3] - inset),
    ]:
        if step == 0:
            if not low < start < high:
                return False
            continue
        near, far = sorted([(low - start) / step, (high - start) / step])
        enter, leave = max(enter, near), min(leave, far)
    return enter < leave


def struck_through(root):
    """Labels that a wire passes through, and circles that one enters."""
    groups = zip(root.iter(f"{SVG}g"), marks(root), strict=True)
    labels = [box for group, box in groups if group.find(f"{SVG}circle") is None]
    circles = [circle_box(circle) for circle in root.iter(f"{SVG}circle")]
    struck = [box for box in labels if any(crosses(s, box) for s in segments(root))]
    return struck + [box for box in circles if any(enters(s, box) for s in segments(root))]


def enters(segment, box):
    """Whether a segment comes nearer to a circle's centre than its radius, given the box."""
    (x1, y1), (x2, y2) = segment
    x, y, r = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, (box[2] - box[0]) / 2
    length = (x2 - x1) ** 2 + (y2 - y1) ** 2
    t = min(1, max(0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length))
    return (x1 + t * (x2 - x1) - x) ** 2 + (y1 + t * (y2 - y1) - y) ** 2 < (r - 1) ** 2


VARIANTS = list(product(["none", "shared", "own"], [plain, layered], [short_names, long_names]))


@pytest.mark.parametrize("sizes", SHAPES, ids=str)
@pytest.mark.parametrize(("bias", "symbol", "names"), VARIANTS)
def test_nothing_lies_on_anything_else(sizes, bias, symbol, names):
    root = ET.fromstring(svg(network(sizes, bias, symbol, names)))
    assert overlaps(marks(root)) == []
    assert struck_through(root) == []


@pytest.mark.parametrize("sizes", SHAPES, ids=str)
def test_everything_stands_on_the_panel(sizes):
    for bias, symbol, names in VARIANTS:
        root = ET.fromstring(svg(network(sizes, bias, symbol, names)))
        left, top, width, height = map(int, root.get("viewBox").split())
        everything = union(marks(root))
        assert left < everything[0]
        assert top < everything[1]
        assert everything[2] < left + width
        assert everything[3] < top + height


def test_a_long_label_of_a_shared_bias_finds_its_room():
    root = ET.fromstring(svg(network((2, 2, 2), "shared", long_biases)))
    assert overlaps(marks(root)) == []
    assert struck_through(root) == []


@pytest.mark.parametrize("name", ["deep", "softmax", "mazur"])
@pytest.mark.parametrize("notation", NOTATIONS)
def test_nothing_lies_on_anything_else_in_any_notation(notation, name):
    text = (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")
    text = re.sub(r"(?ms)^page:.*?(?=^\S|\Z)", "", text) + f"\npage: {{notation: {notation}}}\n"
    root = ET.fromstring(generate(text, "net")["net-network.svg"])
    assert overlaps(marks(root)) == []
    assert struck_through(root) == []


def test_the_overlap_check_finds_an_overlap():
    figure = network((2, 2, 2))
    label = figure.marks[-3]
    moved = replace(label, texts=tuple(replace(t, y=t.y + 12) for t in label.texts))
    planted = replace(figure, marks=(*figure.marks, moved))
    assert overlaps(marks(ET.fromstring(svg(planted))))


def test_the_overlap_check_finds_a_wire_through_a_label_and_into_a_circle():
    figure = network((2, 2, 2), "none")
    straight = replace(figure.wires[0], points=((24, -52), (10_000, -52)))
    planted = replace(figure, wires=(straight, *figure.wires[1:]))
    labels_and_circles = struck_through(ET.fromstring(svg(planted)))
    assert len(labels_and_circles) == 4  # w1, h1, w5, o1


# What the labels say.


def written(figure):
    """Each mark's text, without its order and its places."""
    return ["".join(text.text for text in mark.texts) for mark in figure.marks]


@pytest.mark.parametrize("sizes", [(2, 2, 2), (3, 2, 1), (3, 4, 4, 2), (6, 6, 6)], ids=str)
def test_each_weight_stands_in_the_edge_from_its_source_to_its_target(sizes):
    figure = network(sizes, "none")
    edges = iter(zip(figure.wires[::2], figure.wires[1::2], strict=True))
    labels = iter(mark for mark in figure.marks if mark.texts[0].text == "w")
    columns = {}
    for mark in figure.marks:
        if mark.circle:
            columns.setdefault(mark.circle.x, []).append(mark.circle.y)
    number = 0
    for sources, targets in pairwise(columns.values()):
        for target, source in product(targets, sources):
            number += 1
            before, after = next(edges)
            base, sub, value = next(labels).texts
            assert (base.text, sub.text) == ("w", str(number))
            assert (before.points[0][1], after.points[-1][1]) == (source, target)
            assert before.points[-1][0] < base.x < value.x < after.points[0][0]
            assert before.points[-1][1] == after.points[0][1] == value.y - 4


def test_a_label_has_its_scripts_at_the_end_of_its_base():
    figure = network((1, 1), "none", layered)
    base, sup, sub, value = next(m for m in figure.marks if m.texts[0].text == "W").texts
    assert (base.anchor, sup.anchor, sub.anchor) == ("end", "start", "start")
    assert base.x + 1 == sup.x == sub.x < value.x
    assert sup.y < base.y < sub.y
    assert [text.text for text in (sup, sub, value)] == ["[1]", "1", "0.2"]
    assert [text.style for text in (base, sup, sub, value)] == ["symbol", "word", "word", "value"]


def test_a_shared_bias_is_one_constant_with_a_branch_to_each_unit():
    figure = network((2, 3, 2), "shared")
    ones = [mark for mark in figure.marks if mark.circle and mark.circle.kind == "bias"]
    assert [one.texts[0].text for one in ones] == ["1", "1"]
    assert sum(text == "b10.15" for text in written(figure)) == 1
    trunks = 2
    assert sum(wire.kind == "bias" for wire in figure.wires) == trunks + 3 + 2


def test_a_bias_of_its_own_stands_above_each_unit():
    figure = network((2, 3), "own")
    assert [text for text in written(figure) if text[0] == "b"] == ["b10.15", "b20.15", "b30.15"]
    assert not any(mark.circle and mark.circle.kind == "bias" for mark in figure.marks)


def test_a_network_without_biases_shows_none():
    assert not any(wire.kind == "bias" for wire in network((2, 2), "none").wires)


def test_a_name_too_long_for_its_circle_stands_beside_it_and_ends_in_dots_at_last():
    name = "the mean of the last forty measurements"
    figure = network((1, 1), "none", names=lambda column, unit: Label(name))
    assert [mark.texts for mark in figure.marks if mark.circle] == [(), ()]
    assert written(figure).count("the mean of the last fo…") == 2


# Large networks.


def test_six_by_six_by_six_has_every_label():
    figure = network((6, 6, 6), "none")
    assert sum(text.startswith("w") for text in written(figure)) == 72
    assert not figure.abridged


def test_a_large_network_shows_some_units_their_number_and_says_so():
    figure = network((784, 12, 10))
    circles = [mark.circle for mark in figure.marks if mark.circle]
    assert [sum(c.kind == kind for c in circles) for kind in ("input", "hidden", "output")] == [
        6, 6, 6
    ]  # fmt: skip
    assert {"n= 784", "n= 12", "n= 10", "⋮"} <= set(written(figure))
    assert not any(text.startswith("w") for text in written(figure))
    assert "not every unit or weight" in ET.fromstring(svg(figure)).findtext(f"{SVG}desc")


def test_only_the_large_part_of_a_network_is_abridged():
    figure = network((4, 4, 20))
    assert sum(text.startswith("w") for text in written(figure)) == 16
    assert figure.abridged


# The file.


def test_names_and_titles_may_hold_any_character():
    awkward = "a<b> & \"c\" 'd' \x08\n]]>"
    figure = network((1, 1), names=lambda column, unit: Label(awkward), title=awkward)
    root = ET.fromstring(svg(figure))
    printable = "a<b> & \"c\" 'd'   ]]>"
    assert root.findtext(f"{SVG}title") == printable
    assert [t.text for t in root.iter(f"{SVG}text")].count(printable) == 2


def test_it_has_a_title_and_a_description_for_screen_readers():
    root = ET.fromstring(svg(network((2, 2, 2), title="Mazur's network")))
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert (title.text, description.text) == ("Mazur's network", "What it shows.")
    assert root.get("role") == "img"
    assert root.get("aria-labelledby").split() == [title.get("id"), description.get("id")]


def test_it_needs_nothing_from_elsewhere():
    text = svg(network((2, 2, 2))).replace('xmlns="http://www.w3.org/2000/svg"', "", 1)
    assert not re.search(r"http|href|url\(|@import|<script|<foreignObject", text)


def test_it_is_the_same_each_time_and_in_whole_numbers():
    assert svg(network((3, 4, 2))) == svg(network((3, 4, 2)))
    figure = network((3, 4, 2))
    numbers = [coordinate for wire in figure.wires for point in wire.points for coordinate in point]
    numbers += [n for mark in figure.marks for t in mark.texts for n in (t.x, t.y, t.size)]
    assert {type(number) for number in numbers} == {int}


def test_the_template_uses_no_style_it_does_not_define():
    figure = network((2, 2, 2), symbol=layered, names=long_names)
    styles = {text.style for mark in figure.marks for text in mark.texts}
    assert styles == {"symbol", "word", "value"}
    assert all(f".{style}" in svg(figure) for style in styles)


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    low, high = sorted([luminance(a), luminance(b)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_have_the_contrast_that_wcag_asks_for(scheme):
    light, dark = svg(network((2, 2, 2))).split("@media", 1)
    rules = light if scheme == "light" else dark
    colours = {}  # property of a selector → colour
    for selectors, body in re.findall(r"^ *([.\w][^{}]*) \{ (.*?) \}$", rules, re.MULTILINE):
        for selector, (key, value) in product(
            selectors.split(", "), re.findall(r"(fill|stroke): (#\w{6})", body)
        ):
            colours[selector, key] = value
    fills = [colours[f"circle.{kind}", "fill"] for kind in ("input", "hidden", "output", "bias")]
    panel = colours[".panel", "fill"]
    for style, behind in product((".symbol", ".word", ".value"), [panel, *fills]):
        assert contrast(colours[style, "fill"], behind) >= 4.5
    for line in (".wire", ".wire.bias", "circle.input", "circle.hidden", "circle.output"):
        assert contrast(colours[line, "stroke"], panel) >= 3


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.svg")), ids=lambda path: path.stem)
def test_a_figure_of_a_network_fits_its_column_or_stays_readable(path):
    kind = re.search(r"-(network|paths|gradients|loss)(-\d+)?$", path.stem)[1]
    if kind == "loss":
        return
    root = ET.parse(path).getroot()
    drawn, shown = float(root.get("viewBox").split()[2]), float(root.get("width"))
    if kind == "gradients":
        assert shown == drawn
    else:
        assert shown == min(drawn, 688) or shown / drawn == pytest.approx(0.78, abs=1e-3)
        assert shown / drawn > 0.779
