#!/usr/bin/env python3
"""The Images API of glint-origin beside an unmodified Glance: lists, shows, creations; with many images in the catalog.

wrk asks over 16 connections. The catalog grows to its size by copies of images that were made over the API: SQL that
gives each copy an id and a time of its own and keeps everything else, members, properties and tags too.
"""

import argparse
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import urllib.parse

from harness import ROOT, Results, cpu_seconds, machine, peak_rss
from report import megabytes, number, seconds, table, write_section
from support.glint import Origin, http
from support.peers import Glance

GLINT, GLANCE = "glint-origin", "glance"
CONNECTIONS = 16
TEMPLATES = 400  # images made over the API before copying
GLANCE_IMAGES = 1000
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


def wrk(url, script, token, duration, paths=None):
    """{rate, p50, p99, wrong}: answers per second, latencies in seconds, answers that were no 2xx."""
    environment = dict(os.environ, TOKEN=token, PATHS=str(paths or ""))
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{duration}s", "--timeout", "30s", "--latency", "-s"]
    command += [ROOT / "bench" / "wrk" / script, url]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    latency = lambda share: _seconds(re.search(rf"^\s+{share}%\s+(\S+)\s*$", said, re.MULTILINE).group(1))  # noqa: E731
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    failed = re.search(r"Socket errors: (.*)", said)
    return {
        "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1)),
        "p50": latency(50),
        "p99": latency(99),
        "wrong": int(wrong.group(1)) if wrong else 0,
        "failed": failed.group(1) if failed else "",
    }


def _seconds(text):
    value, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(value) * UNITS[unit]


def new_image(url, token, position, visibilities=("public", "private", "shared", "shared", "community")):
    visibility = visibilities[position % len(visibilities)]
    body = {
        "name": f"template-{position}",
        "disk_format": "qcow2",
        "container_format": "bare",
        "visibility": visibility,
        "os_distro": "debian",
        "tags": [f"t{position % 100}"],
    }
    answer = http("POST", url + "/v2/images", token, body)
    if answer.status != 201:
        raise RuntimeError(f"create at {url}: {answer.status} {answer.body[:200]}")
    return answer.json()


def make_templates(url, tokens):
    """Of two projects, every visibility; every other shared one of the other project is shared with demo and accepted."""
    for position in range(TEMPLATES):
        owner = "admin" if position % 5 == 0 else ("alt" if position % 2 else "demo")
        image = new_image(url, tokens[owner], position)
        if image["visibility"] == "shared" and owner == "alt":
            members = f"{url}/v2/images/{image['id']}/members"
            http("POST", members, tokens["alt"], {"member": "demo"})
            http("PUT", members + "/demo", tokens["demo"], {"status": "accepted"})


class SqliteCatalog:
    """Copies rows of a stopped origin's database."""

    def __init__(self, path):
        self.path = path

    def grow(self, count):
        with sqlite3.connect(self.path) as database:
            database.execute("PRAGMA synchronous = OFF")
            there = database.execute("SELECT count(*) FROM images WHERE deleted = 0").fetchone()[0]
            rounds = max(0, count - there) // TEMPLATES
            database.execute("CREATE TEMP TABLE template AS SELECT * FROM images WHERE name LIKE 'template-%' AND deleted = 0")
            database.execute("CREATE TEMP TABLE copy (old TEXT, new TEXT, turn INTEGER)")
            database.execute(
                "WITH RECURSIVE turn(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM turn WHERE n < ?) "
                "INSERT INTO copy SELECT id, lower(printf('%s-%s-4%s-a%s-%s', hex(randomblob(4)), hex(randomblob(2)), "
                "substr(hex(randomblob(2)), 2), substr(hex(randomblob(2)), 2), hex(randomblob(6)))), n FROM turn, template",
                (rounds,),
            )
            self.copy_rows(database, "images", "template", "id")
            for name in ("image_tags", "image_properties", "image_members"):
                self.copy_rows(database, name, name, "image_id")
            database.execute("DROP TABLE copy")
            database.execute("DROP TABLE template")
        with sqlite3.connect(self.path) as database:
            database.execute("ANALYZE")

    @staticmethod
    def copy_rows(database, table_name, source, key):
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table_name})")]
        value = {key: "copy.new"}
        for time in ("created_at", "image_created_at"):
            value[time] = f"source.{time} - 1000000 * copy.turn"
        if table_name == "images":
            value["name"] = "'copy-' || copy.turn || '-' || source.name"
        chosen = ", ".join(value.get(column, f"source.{column}") for column in columns)
        database.execute(
            f"INSERT INTO {table_name} ({', '.join(columns)}) "
            f"SELECT {chosen} FROM copy CROSS JOIN {source} AS source ON source.{key} = copy.old"
        )


class ApiBench:
    def __init__(self, folder, images, duration, creations):
        self.folder, self.images, self.duration, self.creations = folder, images, duration, creations
        self.results = Results()

    def run(self):
        self.measure_glint()
        if shutil.which("glance-api"):
            self.measure_glance()

    def measure_glint(self):
        origin = Origin(os.path.join(self.folder, "origin"))
        tokens = origin.write_tokens()
        origin.start()
        try:
            self.measure(GLINT, "create", origin.url, "create.lua", tokens["demo"], self.creations)
            make_templates(origin.url, tokens)
            for count in self.images:
                origin.stop()
                SqliteCatalog(os.path.join(self.folder, "origin", "state", "catalog.sqlite")).grow(count)
                origin.start()
                self.measure_reads(GLINT, origin.url, tokens["demo"], f"{count} images: ", deep=True)
                self.results.add(f"{count} images: RSS", GLINT, peak_rss(origin.process.pid))
                self.results.add(f"{count} images: CPU", GLINT, cpu_seconds(origin.process.pid))
        finally:
            origin.stop()

    def measure_glance(self):
        glance = Glance(os.path.join(self.folder, "glance"))
        try:
            for position in range(GLANCE_IMAGES):
                new_image(glance.url, "none", position, ("private", "shared", "community"))  # all that its flavor allows
            self.measure_reads(GLANCE, glance.url, "none", "", deep=False)
            self.measure(GLANCE, "create", glance.url, "create.lua", "none", self.creations)
            self.results.add("RSS", GLANCE, peak_rss(glance.process.pid))
        finally:
            glance.stop()

    def measure_reads(self, who, url, token, title, deep):
        first = "/v2/images?limit=25"
        self.measure(who, title + "list of 25", url, "get.lua", token, self.duration, [first])
        self.measure(who, title + "list of 100", url, "get.lua", token, self.duration, ["/v2/images?limit=100"])
        last, shown = self.walk(url, token, 100)
        if deep:
            self.measure(who, title + "last page of 25", url, "get.lua", token, self.duration, [last])
        self.measure(who, title + "show", url, "get.lua", token, self.duration, shown)

    @staticmethod
    def walk(url, token, pages):
        """The link to the last page of 25 of up to `pages` × 1000 images, and the paths of images met on the way."""
        link, shown, last = "/v2/images?limit=1000", [], None
        for _ in range(pages):
            page = http("GET", url + link, token).json()
            shown += [f"/v2/images/{image['id']}" for image in page["images"][:200]]
            if len(page["images"]) > 25:
                last = "/v2/images?" + urllib.parse.urlencode({"limit": 25, "marker": page["images"][-26]["id"]})
            link = page.get("next")
            if not link:
                break
        return last or "/v2/images?limit=25", shown

    def measure(self, who, what, url, script, token, duration, paths=None):
        print(f"  api: {who}: {what}", file=sys.stderr, flush=True)
        file = os.path.join(self.folder, "paths")
        with open(file, "w", encoding="ascii") as list_of_paths:
            list_of_paths.write("".join(path + "\n" for path in paths or []))
        found = wrk(url, script, token, duration, file)
        if found["wrong"] or found["failed"]:
            self.results.failed(what, who, f"{found['wrong']} wrong answers, {found['failed']}")
        for figure in ("rate", "p50", "p99"):
            self.results.add(f"{what} {figure}", who, found[figure])

    def report(self, condition):
        rows = [["", GLINT, "p50", "p99", f"{GLANCE} ({GLANCE_IMAGES} images)", "ratio"]]
        rows.append(self.row("create", "create"))
        for count in self.images:
            for what in ("list of 25", "last page of 25", "list of 100", "show"):
                rows.append(self.row(f"{count} images: {what}", what))
        value = self.results.median
        memory = [megabytes(value(f"{count} images: RSS", GLINT)) for count in self.images]
        glance = value("RSS", GLANCE)
        failures = "".join(f"\n- FAILED: {failure}" for failure in self.results.failures)
        return (
            f"## Images API\n\n{condition}. `bench/api_bench.py`: SQLite, {CONNECTIONS} connections, {self.duration} s each, "
            f"requests per second; a member of a project among images of two projects and every visibility. Peak RSS of "
            f"glint-origin {', '.join(memory)}{f', of Glance {megabytes(glance)}' if glance else ''}.\n\n{table(rows)}\n{failures}"
        )

    def row(self, what, peer):
        value = self.results.median
        own, glance = value(f"{what} rate", GLINT), value(f"{peer} rate", GLANCE)
        cells = [what, number(0)(own), seconds(value(f"{what} p50", GLINT)), seconds(value(f"{what} p99", GLINT))]
        return [*cells, number(0)(glance) if glance else "–", f"{own / glance:.1f} ×" if glance else "–"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few images, a second each")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    parser.add_argument("--images", type=int, action="append", help="sizes of the catalog, growing (default: 100000)")
    parser.add_argument("--state", help="folder for the databases (default: a temporary one)")
    arguments = parser.parse_args()
    condition = machine()
    images = sorted(arguments.images or ([2000] if arguments.quick else [100000]))
    with tempfile.TemporaryDirectory(prefix="glint-bench-", dir=arguments.state) as folder:
        bench = ApiBench(folder, images, 1 if arguments.quick else 10, 1 if arguments.quick else 10)
        bench.run()
    text = bench.report(condition)
    print(text)
    if arguments.write:
        write_section("api", text)
    return 1 if bench.results.failures else 0


if __name__ == "__main__":
    sys.exit(main())
