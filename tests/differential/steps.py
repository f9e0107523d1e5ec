"""What a script is made of: requests as data. A script is played once on each server, and the answers are compared.

    script("tags", [
        POST("/v2/images", {"name": "x"}, keep="image"),
        PUT("/v2/images/{image}/tags/blue"),
        GET("/v2/images/{image}", by="reader"),
    ])

In paths, headers and JSON texts, {name} is what an earlier step kept under that name; {uuid.name} is an id that is the
same on both servers; {a}, {b}, {c}, {s} are the script's own projects. Callers are the names of CALLERS.
"""

import dataclasses
import json
import re
import uuid

PATCH_21 = "application/openstack-images-v2.1-json-patch"
PATCH_20 = "application/openstack-images-v2.0-json-patch"
OCTETS = "application/octet-stream"

# caller → (project, roles); the service user's project is "s"
CALLERS = {
    "admin": ("s", "admin,member,reader"),
    "manager": ("a", "manager,member,reader"),
    "member": ("a", "member,reader"),
    "reader": ("a", "reader"),
    "onlymember": ("a", "member"),
    "norole": ("a", "useless"),
    "other": ("b", "member,reader"),
    "otherreader": ("b", "reader"),
    "third": ("c", "member,reader"),
    "service": ("s", "service"),
    "norolefar": ("c", "useless"),
    "noproject": ("none", "member,reader"),
    "noprojectadmin": ("none", "admin,member,reader"),
    "upper": ("a", "MEMBER,Reader"),
}
NOBODY, STRANGER = "nobody", "stranger"  # no token; a token that is none


@dataclasses.dataclass(frozen=True)
class Step:
    method: str
    path: str
    body: object = None  # JSON when it is no text and no bytes
    by: str = "member"
    headers: dict = dataclasses.field(default_factory=dict)
    keep: object = None  # "name", for the answer's "id"; or ("name", "key of the answer")
    must: bool = False  # the reference has to grant this, as it has to grant what is kept; else the script is wrong

    def content(self):
        """The bytes to send, before names are filled in; None: no body."""
        if self.body is None or isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()

    def title(self):
        """What the file of allowed differences and the report call this step."""
        content = self.content()
        text = "" if content is None else content.decode(errors="backslashreplace") if not isinstance(self.body, bytes) else repr(content)[2:-1]
        if len(text) > 100:
            text = f"{text[:60]}…({len(content)} bytes)"
        fields = "".join(f" [{name}: {(value or '')[:60]}]" for name, value in self.headers.items() if value not in (PATCH_21, OCTETS))
        return " ".join(part for part in (self.by, self.method, short(self.path, 120) + fields, text) if part).replace("|", "¦")


def short(text, longest):
    return text if len(text) <= longest else f"{text[:longest - 10]}…({len(text)})"


@dataclasses.dataclass(frozen=True)
class Script:
    name: str
    steps: list
    profile: str = "plain"

    def uuid(self, name):
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.name}/{name}"))

    def project(self, letter):
        return letter if letter == "none" else re.sub(r"\W+", "-", self.name) + "." + letter

    def token(self, caller):
        if caller == STRANGER:
            return "what-is-this"
        project, roles = CALLERS[caller]
        return f"{caller}:{self.project(project)}:{roles}"


SCRIPTS = []


def script(name, steps, profile="plain"):
    if any(known.name == name for known in SCRIPTS):
        raise ValueError(f"two scripts are called {name}")
    SCRIPTS.append(Script(name, steps, profile))


def _request(method):
    return lambda path, body=None, **more: Step(method, path, body, **more)


GET, POST, PUT, DELETE = map(_request, ("GET", "POST", "PUT", "DELETE"))


def PATCH(path, operations, kind=PATCH_21, headers=None, **more):
    return Step("PATCH", path, operations, headers={"Content-Type": kind, **(headers or {})}, **more)


def add(path, value):
    return {"op": "add", "path": path, "value": value}


def replace(path, value):
    return {"op": "replace", "path": path, "value": value}


def remove(path):
    return {"op": "remove", "path": path}


def upload(image, data, headers=None, **more):
    return Step("PUT", f"/v2/images/{image}/file", data, headers={"Content-Type": OCTETS, **(headers or {})}, **more)


def queued(kept, /, by="member", **fields):
    """An image to work with, kept under `kept`; ready for an upload."""
    return POST("/v2/images", {"container_format": "bare", "disk_format": "raw", **fields}, by=by, keep=kept)


def active(kept, /, by="member", data=b"0123456789", **fields):
    return [queued(kept, by, **fields), upload("{%s}" % kept, data, by=by, must=True)]
