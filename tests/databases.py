#!/usr/bin/env python3
"""Runs the unit tests of the catalog and of the API on each kind of database server, started for it and stopped after.

  tests/databases.py [--only postgresql|mariadb] [COMMAND...]

Default COMMAND: the test programs of origin/ in GLINT_BUILD (default build/dev). It runs with GLINT_TEST_DATABASE set."""

import argparse
import os
import subprocess
import sys
import time

sys.dont_write_bytecode = True

from support.databases import SERVERS, running  # noqa: E402
from support.process import ROOT  # noqa: E402

PROGRAMS = ("origin/catalog/glint_origin_catalog_tests", "origin/api/glint_origin_api_tests", "origin/glint_origin_tests")


def commands(arguments):
    if arguments.command:
        return [arguments.command]
    build = ROOT / os.environ.get("GLINT_BUILD", "build/dev")
    return [[str(build / program)] for program in PROGRAMS]


def run_on(name, arguments):
    failed = 0
    with running(name) as server:
        for command in commands(arguments):
            started = time.monotonic()
            done = subprocess.run(
                command,
                env={**os.environ, "GLINT_TEST_DATABASE": server.url},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                timeout=600,
            )
            verdict = "ok" if done.returncode == 0 else "FAILED"
            print(f"databases: {name} {command[0].rsplit('/', 1)[-1]} {verdict} ({time.monotonic() - started:.1f} s)", flush=True)
            if done.returncode != 0:
                failed += 1
                sys.stdout.write(done.stdout[-20000:])
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=sorted(SERVERS))
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    failed = sum(run_on(name, arguments) for name in ([arguments.only] if arguments.only else SERVERS))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
