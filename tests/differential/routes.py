"""The routes the reference has, from its own router, and which of them scripts ask for."""

import json
import re
import subprocess

_LIST = """
import json, routes
from glance.api.v2 import router
from oslo_config import cfg
cfg.CONF([], project="glance", default_config_files=[], default_config_dirs=[])
mapper = routes.Mapper()
router.API(mapper)
print(json.dumps([
    [method, "/v2" + route.routepath]
    for route in mapper.matchlist
    for method in (route.conditions or {}).get("method", [])
]))
"""


def reference_routes():
    """[(method, path with {placeholders})]"""
    done = subprocess.run(["/usr/bin/python3", "-W", "ignore", "-c", _LIST], capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(f"the reference's routes cannot be read:\n{done.stderr[-2000:]}")
    return sorted({tuple(route) for route in json.loads(done.stdout.splitlines()[-1])}, key=lambda route: (route[1], route[0]))


def not_asked(scripts):
    """The routes that no step of the scripts asks for, as "METHOD PATH"."""
    asked = {(step.method, step.path.split("?")[0]) for script in scripts for step in script.steps}
    for method, route in reference_routes():
        pattern = re.compile("[^/]+".join(map(re.escape, re.split(r"\{\w+\}", route))))
        literal = not any(method == known and path == route for known, path in asked)
        if literal and not any(method == known and pattern.fullmatch(path) for known, path in asked):
            yield f"{method} {route}"
