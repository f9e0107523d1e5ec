"""Layers: a folder includes only itself and folders above it; each third-party library stays in its one place."""

import re
import subprocess
import sys

ORDER = ["base", "http", "net", "metrics", "image", "cache", "proxy", "origin", "ctl"]
NEVER = {("origin", "proxy"), ("proxy", "origin")}

# Header prefix → where it may be included (path prefixes).
HOMES = {
    "leveldb/": ["cache/"],
    "curl/": ["net/"],
    "event2/": ["net/"],
    "event.h": [],
    "llhttp.h": ["http/"],
    "soci/": ["origin/catalog/"],
    "soci.h": ["origin/catalog/"],
    "sqlite3.h": ["origin/catalog/"],
    "spdlog/": ["base/log.cc"],
    "prometheus/": ["metrics/"],
    "yaml-cpp/": ["origin/policy/"],
    "pcre2.h": ["origin/policy/pattern.cc"],
    "zstd.h": ["image/", "cache/"],
    "zlib.h": ["http/gzip", "cache/"],
    "nlohmann/": ["base/", "http/json", "http/keystone_login", "tests/fuzz/", "image/", "metrics/", "proxy/", "origin/", "ctl/"],
    "openssl/ssl.h": ["net/"],
    "catch2/": ["_test.cc", "tests/", "test_support"],
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def sources():
    listing = subprocess.run(["git", "ls-files", "*.cc", "*.h"], check=True, capture_output=True, text=True)
    return listing.stdout.split()


def layer_errors(path, target):
    here, there = path.split("/")[0], target.split("/")[0]
    if there not in ORDER or "/" not in target:
        return []
    if here not in ORDER:
        return []  # tests/ and bench/ stand above all layers
    if (here, there) in NEVER:
        return [f"{here}/ never includes {there}/"]
    if ORDER.index(there) > ORDER.index(here):
        return [f"{here}/ stands above {there}/ and must not include it"]
    return []


def home_errors(path, target):
    for prefix, homes in HOMES.items():
        if not target.startswith(prefix):
            continue
        if prefix == "catch2/":
            allowed = any(mark in path for mark in homes)
        else:
            allowed = any(path.startswith(home) for home in homes) or path.startswith(("tests/", "bench/"))
        if not allowed:
            return [f"<{target}> belongs in {', '.join(homes) or 'no folder'}"]
    return []


def cycle_errors(graph):
    """Include cycles among own files, each reported once by its first file."""
    state, found = {}, []

    def visit(path, trail):
        state[path] = "open"
        for target in graph.get(path, ()):
            if state.get(target) == "open":
                found.append(" -> ".join([*trail[trail.index(target):], target]))
            elif target not in state:
                visit(target, [*trail, target])
        state[path] = "done"

    for path in graph:
        if path not in state:
            visit(path, [path])
    return found


def main():
    errors, graph = [], {}
    for path in sources():
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if path.endswith(".h") and "#pragma once" not in text:
            errors.append(f"{path}:1: no #pragma once")
        for match in INCLUDE.finditer(text):
            line = text.count("\n", 0, match.start(2)) + 1
            target = match.group(2)
            graph.setdefault(path, []).append(target)
            for message in layer_errors(path, target) + home_errors(path, target):
                errors.append(f"{path}:{line}: {message}")
    errors += [f"include cycle: {cycle}" for cycle in cycle_errors(graph)]
    print("\n".join(errors), end="\n" if errors else "")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
