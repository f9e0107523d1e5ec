"""Numbers as text, and their place in docs/performance.md."""

import pathlib
import re

PAGE = pathlib.Path(__file__).resolve().parents[1] / "docs" / "performance.md"
INTRODUCTION = """# Performance

Measured by `make bench` (method: `bench/README.md`), written by its `--write`. Ratios within one run count; absolute numbers
belong to the machine and to what else it did.
"""


def seconds(value):
    return f"{value * 1e3:.2f} ms" if value < 1 else f"{value:.2f} s"


def microseconds(value):
    return f"{value * 1e6:.1f} µs"


def megabytes(value):
    return f"{value / (1 << 20):.0f} MiB"


def number(digits):
    return lambda value: f"{value:.{digits}f}"


def table(rows):
    """A markdown table; the first row is the heading."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|" + "---|" * len(rows[0]))
    return "\n".join(lines)


def write_section(name, text):
    """Replaces the section between its two marks, or adds it."""
    page = PAGE.read_text() if PAGE.exists() else INTRODUCTION
    begin, end = f"<!-- {name}: written by bench -->", f"<!-- end of {name} -->"
    section = f"{begin}\n{text}\n{end}"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    page = pattern.sub(lambda _: section, page) if pattern.search(page) else f"{page.rstrip()}\n\n{section}\n"
    PAGE.write_text(page)
