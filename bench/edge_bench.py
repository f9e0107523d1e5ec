#!/usr/bin/env python3
"""glint-edge beside nginx and Varnish, in front of the same origin on this machine, in one run.

The contenders take turns within each round, so what else the machine does falls on all of them; the table shows
medians over the rounds and, above all, ratios. The client drops bodies inside the kernel: what is seen is the server.
"""

import argparse
import os
import sys
import tempfile
import time

import contenders
from edge_report import report
from harness import GIB, GIGABIT, MIB, BenchOrigin, Results, cpu_seconds, machine, peak_rss, pull, rounds, start_pull, finish_pull
from report import write_section

STORM = 64


class Plan:
    """Sizes and times; the quick one is for seeing that everything works."""

    def __init__(self, quick):
        self.rounds = 1 if quick else 3
        self.seconds = 0.5 if quick else 3
        self.hit_size = 128 * MIB if quick else GIB
        self.cold_size = 128 * MIB if quick else GIB
        self.linked_size = 32 * MIB if quick else 128 * MIB
        self.sparse_size = GIB if quick else 10 * GIB


class EdgeBench:
    def __init__(self, plan, origin, contestants):
        self.plan, self.origin, self.contestants = plan, origin, contestants
        self.results = Results()

    def measured(self, what, contender, run):
        """run() and the CPU the contender spent meanwhile; None when a request failed."""
        print(f"  {what}: {contender.name}", file=sys.stderr, flush=True)
        before = cpu_seconds(contender.pid)
        done = run()
        done["server_cpu"] = cpu_seconds(contender.pid) - before
        if done["errors"]:
            self.results.failed(what, contender.name, done["last_error"])
            return None
        return done

    def warm(self, size):
        image = self.origin.new(size)
        for contender in self.contestants:
            for _ in range(2):
                pull(contender.port, image)
        sent = self.origin.sent(image)
        for contender in self.contestants:
            pull(contender.port, image)
        if self.origin.sent(image) != sent:
            self.results.failed("warming", "some contender", "asked the origin again for what it should hold")
        return image

    def hits(self):
        image = self.warm(self.plan.hit_size)
        for connections in (1, 8, STORM):
            for contender in rounds(self.contestants, self.plan.rounds):
                what = f"hit {connections}"
                done = self.measured(
                    what,
                    contender,
                    lambda: pull(contender.port, image, connections=connections, seconds=self.plan.seconds),
                )
                if done:
                    gigabytes = done["bytes"] / 1e9
                    self.results.add(f"{what} GB/s", contender.name, gigabytes / done["seconds"])
                    self.results.add(f"{what} CPU", contender.name, done["server_cpu"] / gigabytes)

    def small_hits(self):
        image = self.warm(64 * 1024)
        for contender in rounds(self.contestants, self.plan.rounds):
            done = self.measured(
                "small hits",
                contender,
                lambda: pull(contender.port, image, connections=64, seconds=self.plan.seconds),
            )
            if done:
                self.results.add("small requests/s", contender.name, done["requests"] / done["seconds"])
                self.results.add("small p50", contender.name, done["total_p50"])
                self.results.add("small p99", contender.name, done["total_p99"])
                self.results.add("small CPU", contender.name, done["server_cpu"] / max(1, done["requests"]))

    def direct(self, what, size):
        done = pull(self.origin.port, self.origin.new(size))
        self.results.add(f"{what} first byte", "direct", done["ttfb_p50"])
        self.results.add(f"{what} total", "direct", done["total_max"])

    def links(self):
        """Both links in turn: (name, image size); the origin is set to it."""
        try:
            yield "unlimited", self.plan.cold_size
            self.origin.link(rate=GIGABIT, delay_ms=10)
            yield "1 Gbit/s", self.plan.linked_size
        finally:
            self.origin.link()

    def misses(self):
        for link, size in self.links():
            what = f"miss {link}"
            for contender in rounds(self.contestants, self.plan.rounds):
                self.direct(what, size)
                image = self.origin.new(size)
                os.sync()
                done = self.measured(what, contender, lambda: pull(contender.port, image))
                if done:
                    self.results.add(f"{what} first byte", contender.name, done["ttfb_p50"])
                    self.results.add(f"{what} total", contender.name, done["total_max"])

    def storms(self):
        for link, size in self.links():
            what = f"storm {link}"
            for contender in rounds(self.contestants, self.plan.rounds):
                self.direct(what, size)
                image = self.origin.new(size)
                os.sync()
                done = self.measured(what, contender, lambda: pull(contender.port, image, connections=STORM))
                self.results.add(f"{what} origin", contender.name, self.origin.sent(image) / size)
                if done:
                    self.results.add(f"{what} last", contender.name, max(done["done"]))

    def late_joiners(self):
        self.origin.link(rate=GIGABIT, delay_ms=10)
        try:
            for contender in rounds(self.contestants, self.plan.rounds):
                image = self.origin.new(self.plan.linked_size)
                first = start_pull(contender.port, image)
                half = self.plan.linked_size / 2
                deadline = time.monotonic() + 60
                while self.origin.sent(image) < half and time.monotonic() < deadline:
                    time.sleep(0.01)
                done = self.measured("late joiner", contender, lambda: pull(contender.port, image))
                finish_pull(first)
                if done:
                    self.results.add("late first byte", contender.name, done["ttfb_p50"])
        finally:
            self.origin.link()

    def memory(self):
        for contender in self.contestants:
            self.results.add("peak RSS", contender.name, peak_rss(contender.pid))

    def sparse(self, folder):
        """A fresh edge, one huge sparse image, cold and warm."""
        print("  sparse image", file=sys.stderr, flush=True)
        image = self.origin.new(self.plan.sparse_size, sparse=True)
        edge = contenders.Glint(os.path.join(folder, "sparse"), self.origin)
        try:
            for _ in range(2):
                done = pull(edge.port, image)
                if done["errors"]:
                    self.results.failed("sparse image", edge.name, done["last_error"])
            self.results.add("sparse RSS", edge.name, peak_rss(edge.pid))
            used = sum(s.st_blocks * 512 for s in map(os.stat, files_under(edge.folder / "cache" / "content")))
            self.results.add("sparse disk", edge.name, used)
        finally:
            edge.stop()


def files_under(folder):
    return [os.path.join(base, name) for base, _, names in os.walk(folder) for name in names]


TESTS = ["hits", "small_hits", "misses", "storms", "late_joiners", "memory", "sparse"]


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small images, one round: under a minute, numbers mean little")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    parser.add_argument("--tests", default=",".join(TESTS), help="some of " + ",".join(TESTS))
    parser.add_argument("--contenders", default="glint-edge,nginx,varnish", help="those that are installed take part")
    parser.add_argument("--state", help="folder for caches (default: a temporary one); needs about 30 GB for a full run")
    return parser.parse_args()


def main():
    arguments = parse()
    condition = machine()
    with tempfile.TemporaryDirectory(prefix="glint-bench-", dir=arguments.state) as folder:
        origin = BenchOrigin(folder)
        running = []
        try:
            for kind in contenders.installed(arguments.contenders.split(",")):
                running.append(kind(folder, origin))
            bench = EdgeBench(Plan(arguments.quick), origin, running)
            for test in arguments.tests.split(","):
                getattr(bench, test)(*([folder] if test == "sparse" else []))
        finally:
            for contender in running:
                contender.stop()
            origin.stop()
    text = report(bench.results, bench.plan, [c.name for c in running], condition)
    print(text)
    if arguments.write:
        write_section("edge", text)
    return 1 if bench.results.failures else 0


if __name__ == "__main__":
    sys.exit(main())
