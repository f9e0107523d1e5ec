"""No file above 600 lines, no function above 60, unless tests/checks/sizes.allow names it with a reason.

Functions are found by their braces: an opening brace at namespace or class level whose head has a parameter list.
"""

import re
import subprocess
import sys

MAX_FILE, MAX_FUNCTION = 600, 60
ALLOW = "tests/checks/sizes.allow"  # "<path> <reason>" or "<path>:<function> <reason>"
NOISE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'|^[ \t]*#(?:[^\n]*\\\n)*[^\n]*',
    re.S | re.M,
)
CONTAINER = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b[^()=]*$")
NAME = re.compile(r"(~?\w[\w:~]*|operator\W{1,3})\s*\(")


def listed(*patterns):
    result = subprocess.run(["git", "ls-files", *patterns], check=True, capture_output=True, text=True)
    return result.stdout.split()


def blank(text):
    """The text without comments, strings and directives; line numbers stay."""
    return NOISE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def functions(text):
    """(name, first line, lines of the body) of each function at namespace or class level."""
    stack, head_start = [], 0
    for match in re.finditer(r"[{};]", text):
        at = match.start()
        if match.group() == "{":
            head = text[head_start:at].strip()
            inside = stack[-1][0] if stack else "container"
            if inside != "container":
                kind = "block"
            elif CONTAINER.search(head):
                kind = "container"
            else:
                kind = "function" if ")" in head else "block"
            stack.append((kind, at, head))
        elif match.group() == "}" and stack:
            kind, start, head = stack.pop()
            if kind == "function":
                name = NAME.search(head)
                lines = text.count("\n", start, at) - 1
                yield name.group(1) if name else head[:40], text.count("\n", 0, start) + 1, lines
        head_start = at + 1


def allowed():
    entries = {}
    with open(ALLOW, encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                key, _, reason = line.strip().partition(" ")
                if not reason.strip():
                    sys.exit(f"{ALLOW}: {key} has no reason")
                entries[key] = False
    return entries


def main():
    errors, allow = [], allowed()

    def report(key, message):
        if key in allow:
            allow[key] = True
        else:
            errors.append(message)

    for path in listed("*.cc", "*.h", "*.py", "*.sh"):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        lines = text.count("\n")
        if lines > MAX_FILE:
            report(path, f"{path}: {lines} lines (limit {MAX_FILE})")
        if not path.endswith((".cc", ".h")):
            continue
        for name, line, length in functions(blank(text)):
            if length > MAX_FUNCTION:
                report(f"{path}:{name}", f"{path}:{line}: {name} has {length} lines (limit {MAX_FUNCTION})")
    errors += [f"{ALLOW}: {key} is not needed" for key, used in allow.items() if not used]
    print("\n".join(errors), end="\n" if errors else "")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
