"""Reading a program's Prometheus text."""

import re
import urllib.request

_SAMPLE = re.compile(r"^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def samples(url):
    """[(name, {label: value}, number)] of a running program."""
    with urllib.request.urlopen(url + "/metrics", timeout=10) as answer:
        text = answer.read().decode()
    found = []
    for line in text.splitlines():
        match = _SAMPLE.match(line)
        if match:
            found.append((match.group(1), dict(_LABEL.findall(match.group(2) or "")), float(match.group(3))))
    return found


def total(url, name, **labels):
    """The sum of all samples of `name` that carry these labels."""
    return sum(
        number
        for sample, has, number in samples(url)
        if sample == name and all(has.get(key) == value for key, value in labels.items())
    )
