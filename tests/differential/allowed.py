"""The file of allowed differences: one line each, with its reason. A line that allows nothing any more is an error.

    SCRIPT: STEP | DIFFERENCE | REASON

A reason that begins "not yet: " stands for what is still to be built: once it is, the run tells that the line can go.

SCRIPT: STEP is what the report prints; DIFFERENCE begins with status, header or body; "*" stands for any text in both.
"route METHOD PATH | not asked | REASON" stands for a route of the reference that no script asks for.
"""

import re
from dataclasses import dataclass


@dataclass
class Line:
    number: int
    where: str
    what: str
    reason: str
    used: int = 0

    @property
    def pending(self):
        return self.reason.startswith("not yet: ")

    def allows(self, where, what):
        return _matches(self.where, where) and _matches(self.what, what)


class Allowed:
    def __init__(self, text):
        self.lines = []
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            parts = [part.strip() for part in line.split(" | ")]
            if len(parts) != 3 or not all(parts):
                raise ValueError(f"line {number} is not 'SCRIPT: STEP | DIFFERENCE | REASON': {line}")
            self.lines.append(Line(number, *parts))

    def takes(self, where, what):
        """Whether some line allows it; every line that does counts as used."""
        found = [line for line in self.lines if line.allows(where, what)]
        for line in found:
            line.used += 1
        return bool(found)

    def stale(self):
        return [line for line in self.lines if not line.used]


def _matches(pattern, text):
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.S) is not None
