"""Compares glint-origin with the real Glance: python3 -m differential [--all] [SCRIPT...]"""

import argparse
import collections
import os
import pathlib
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from differential import scripts as _  # noqa: F401  (registers them)
from differential.allowed import Allowed
from differential.compare import differences
from differential.play import Player
from differential.routes import not_asked
from differential.servers import start_pairs
from differential.steps import SCRIPTS

ALLOWED = pathlib.Path(__file__).with_name("allowed.txt")
# Databases and images live in memory where that is at hand: thousands of small commits.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def arguments():
    parser = argparse.ArgumentParser(prog="tests/differential/run.sh", description="Compares glint-origin with the real Glance.")
    parser.add_argument("scripts", nargs="*", metavar="SCRIPT", help="beginning of a script's name; default: all")
    parser.add_argument("--show-allowed", action="store_true", help="print the allowed differences too")
    return parser.parse_args()


def titles(script):
    """One title per step; the second of the same kind ends in #2."""
    seen = collections.Counter()
    for step in script.steps:
        seen[step.title()] += 1
        count = seen[step.title()]
        yield f"{script.name}: {step.title()}" + (f" #{count}" if count > 1 else "")


def play_all(chosen, pairs):
    """Yields (script, the reference's answers, glint's answers)."""
    players = {profile: (Player(*pair.reference), Player(*pair.glint)) for profile, pair in pairs.items()}
    with ThreadPoolExecutor(2) as pool:
        for script in chosen:
            reference, glint = (pool.submit(player.play, script) for player in players[script.profile])
            yield script, reference.result(), glint.result()


def compare(chosen, pairs, allowed, show_allowed):
    steps, found, refused = 0, 0, []
    for script, reference, glint in play_all(chosen, pairs):
        for title, step, one, other in zip(titles(script), script.steps, reference, glint):
            steps += 1
            for line in differences(step, one, other):
                found += 1
                taken = allowed.takes(title, line)
                if not taken:
                    refused.append(f"{title} | {line}")
                if show_allowed or not taken:
                    print(f"{'allowed: ' if taken else ''}{title} | {line}", flush=True)
    return steps, found, refused


def main():
    options = arguments()
    whole = not options.scripts
    chosen = [script for script in SCRIPTS if whole or script.name.startswith(tuple(options.scripts))]
    if not chosen:
        sys.exit(f"no script begins with {' or '.join(options.scripts)}")
    allowed = Allowed(ALLOWED.read_text())
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="glint-differential-", dir=MEMORY) as folder:
        pairs = start_pairs(folder, {script.profile for script in chosen})
        try:
            steps, found, refused = compare(chosen, pairs, allowed, options.show_allowed)
        finally:
            for pair in pairs.values():
                pair.stop()
    if whole:
        missing = [route for route in not_asked(SCRIPTS) if not allowed.takes(f"route {route}", "not asked")]
        refused += missing
        for route in missing:
            print(f"route {route} | not asked")
        for line in allowed.stale():
            print(f"{ALLOWED.name}:{line.number}: occurs no more: {line.where} | {line.what} | {line.reason}")
            if not line.pending:
                refused.append(line)
    seconds = time.monotonic() - started
    print(f"differential: {len(chosen)} scripts, {steps} requests to each, {found} differences, {len(refused)} not allowed ({seconds:.0f} s)")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
