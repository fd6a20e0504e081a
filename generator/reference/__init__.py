"""The reference: what a configuration can hold, made from the tables and from the schema."""

from __future__ import annotations


def reference() -> dict[str, str]:
    """The files of the reference, by name: its pages and their plots."""
    from generator.page.markdown import environment, fill
    from generator.reference.catalogue import catalogue
    from generator.reference.curves import plots
    from generator.reference.keys import choices, sections

    templates = environment()
    return {
        "catalogue.md": fill(templates, "catalogue.md", catalogue=catalogue()),
        "yaml.md": fill(templates, "yaml.md", sections=sections(), choices=choices()),
    } | plots()
