"""The house: imports point down only and go in no circle, and each thing has its one place."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "generator"


def module_name(path):
    """`generator.page.latex` of generator/page/latex.py; a package is called by its folder."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {
    module_name(path): path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py"))
}


def imports(source, modules=frozenset(SOURCES)):
    """Every module that a source imports, wherever in it: `from package import module` too."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "a relative import"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in modules else node.module for name in names}
    return found


IMPORTS = {module: imports(source) for module, source in SOURCES.items()}


def within(module, *packages):
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def circle(graph):
    """One circle of a graph of imports, if there is any."""
    done = set()

    def visit(module, path):
        if module in path:
            return [*path[path.index(module) :], module]
        if module not in done:
            for other in sorted(graph.get(module, ())):
                found = visit(other, [*path, module])
                if found:
                    return found
            done.add(module)
        return None

    for module in graph:
        found = visit(module, [])
        if found:
            return found
    return None


FORBIDDEN = {
    "generator.audit": [  # it knows functions such as the sigmoid, and no network
        "generator.network.backward",
        "generator.network.example",
        "generator.network.forward",
        "generator.network.mistakes",
        "generator.network.names",
        "generator.network.training",
        "generator.page",
        "generator.config",
        "generator.config.located",
        "generator.expected",
        "generator.golden",
        "yaml",
        "pydantic",
    ],
    "generator.audit.reading": [
        "generator.audit.consistency",
        "generator.audit.against",
        "generator.audit.equalities",
        "generator.audit.findings",
        "generator.audit.rounding",
        "generator.audit.substitution",
    ],
    "generator.audit.consistency": ["generator.audit.against"],
    "generator.audit.against": ["generator.audit.consistency", "generator.audit.equalities"],
    "generator.algebra": [
        "generator.network",
        "generator.page",
        "generator.config",
        "generator.config.located",
        "generator.audit",
        "yaml",
        "pydantic",
        "jinja2",
    ],
    "generator.network": [
        "generator.page",
        "generator.config",
        "generator.config.located",
        "generator.audit",
        "yaml",
        "pydantic",
        "jinja2",
    ],
    "generator.page": [
        "generator.config",
        "generator.config.located",
        "generator.golden",
        "yaml",
        "pydantic",
    ],
}


@pytest.mark.parametrize("package", FORBIDDEN)
def test_a_package_knows_nothing_of_what_stands_above_it(package):
    for module, imported in IMPORTS.items():
        if within(module, package):
            assert {name for name in imported if within(name, *FORBIDDEN[package])} == set()


def test_imports_go_in_no_circle():
    assert circle(IMPORTS) is None


def test_only_one_module_knows_jinja():
    assert {module for module, imported in IMPORTS.items() if "jinja2" in imported} == {
        "generator.page.markdown"
    }


def test_only_one_module_knows_yaml():
    assert {module for module, imported in IMPORTS.items() if "yaml" in imported} == {
        "generator.config.located"
    }


def prints(source):
    """Whether a source writes to a terminal."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and node.id == "print":
            return True
        if isinstance(node, ast.Attribute) and node.attr in ("stdout", "stderr"):
            return True
    return False


def test_only_the_command_prints():
    assert {module for module, source in SOURCES.items() if prints(source)} == {
        "generator.__main__"
    }


def test_every_module_says_what_it_is():
    assert [
        module for module, source in SOURCES.items() if not ast.get_docstring(ast.parse(source))
    ] == []


# The checks above, on sources that break them


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import yaml", {"yaml"}),
        ("import os.path as p, sys", {"os.path", "sys"}),
        ("def f():\n    from generator.config import parse", {"generator.config"}),
        ("from generator.page import latex", {"generator.page.latex"}),
        ("if TYPE_CHECKING:\n    from jinja2 import Template", {"jinja2"}),
    ],
)
def test_an_import_is_seen_wherever_it_stands(source, found):
    assert imports(source) == found


@pytest.mark.parametrize(
    ("graph", "found"),
    [
        ({"a": {"b"}, "b": {"c"}, "c": set()}, None),
        ({"a": {"b"}, "b": {"a"}}, ["a", "b", "a"]),
        ({"a": {"b"}, "b": {"c"}, "c": {"d"}, "d": {"b"}}, ["b", "c", "d", "b"]),
        ({"a": {"a"}}, ["a", "a"]),
        ({"a": {"b", "c"}, "b": {"d"}, "c": {"d"}, "d": {"numpy"}}, None),
    ],
)
def test_a_circle_is_seen(graph, found):
    assert circle(graph) == found


@pytest.mark.parametrize("source", ["print(1)", "sys.stdout.write('1')", "f = print"])
def test_a_print_is_seen(source):
    assert prints(source)
