"""Plays a script on one server; what may differ between two servers (ids, times, addresses) is masked in the answers."""

import http.client
import json
import re
import urllib.parse
from dataclasses import dataclass

from differential.steps import CALLERS, NOBODY

_NAME = re.compile(r"\{([\w.]+)\}")
_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_TIMES = [
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "<time>"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\b"), "<microseconds>"),
]


@dataclass
class Answer:
    status: int
    headers: dict  # lower-case names, masked
    body: bytes  # masked when it is text
    raw: bytes


class Player:
    """One server, one connection as long as the server keeps it."""

    def __init__(self, url, state):
        self.url, self.state = url, str(state)
        self.address = urllib.parse.urlsplit(url).netloc
        self.connection = http.client.HTTPConnection(self.address, timeout=60)
        self.script, self.kept = None, {}
        self.used = {}  # what stands for what in the answers: value → mask

    def play(self, script):
        self.script, self.kept, self.used = script, {}, {}
        answers = [self._step(step) for step in script.steps]
        self._sweep()
        return answers

    def call(self, method, target, token=None, content=None, headers=None):
        connection = self.connection
        connection.putrequest(method, target, skip_accept_encoding=True)
        fields = {"X-Auth-Token": token} if token else {}
        if content is not None:
            fields |= {"Content-Type": "application/json", "Content-Length": str(len(content))}
        elif method in ("POST", "PUT", "PATCH"):
            fields["Content-Length"] = "0"
        fields |= headers or {}
        chunked = fields.get("Transfer-Encoding") == "chunked"
        if chunked:
            fields.pop("Content-Length", None)
        for name, value in fields.items():
            if value is not None:
                connection.putheader(name, value)
        try:
            connection.endheaders(content, encode_chunked=chunked)
            response = connection.getresponse()
            return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
        except BaseException:
            connection.close()
            raise

    def _step(self, step):
        token = None if step.by == NOBODY else self.script.token(step.by)
        content = step.content()
        if content is not None and not isinstance(step.body, bytes):
            content = self._filled(content.decode()).encode()
        headers = {name: value and self._filled(value) for name, value in step.headers.items()}
        try:
            status, fields, body = self.call(step.method, self._filled(step.path), token, content, headers)
        except (http.client.HTTPException, OSError) as error:
            return Answer(0, {}, type(error).__name__.encode(), b"")
        self._keep(step, body)
        masked = {name: self._masked(value) for name, value in fields.items()}
        return Answer(status, masked, self._masked(body.decode("latin-1")).encode("latin-1"), body)

    def _filled(self, text):
        def value(match):
            name = match.group(1)
            if name.startswith("uuid."):
                known = self.script.uuid(name[5:])
                self.used[known] = f"<{name}>"
            elif name in ("a", "b", "c", "s"):
                known = self.script.project(name)
            else:
                known = self.kept.get(name, match.group())
            return known

        return _NAME.sub(value, text)

    def _keep(self, step, body):
        if step.keep is None:
            return
        name, key = step.keep if isinstance(step.keep, tuple) else (step.keep, "id")
        try:
            document = json.loads(body)
            value = str(document[key])
        except (ValueError, KeyError, TypeError):
            value = f"nothing-kept-as-{name}"
        self.kept[name] = value
        if _UUID.fullmatch(value):
            self.used[value] = f"<{name}>"

    def _masked(self, text):
        for value, mask in self.used.items():
            text = text.replace(value, mask)
        text = _UUID.sub("<uuid>", text.replace(self.url, "<url>").replace(self.address, "<host>").replace(self.state, "<state>"))
        for pattern, mask in _TIMES:
            text = pattern.sub(mask, text)
        return text

    def _sweep(self):
        """Removes what the script left, so that no script sees another's."""
        project, roles = CALLERS["admin"]
        token = f"sweeper:{project}:{roles}"
        for query in ("", "&os_hidden=true"):
            for image in self._listed(f"/v2/images?limit=1000&visibility=all{query}", "images", token):
                target = f"/v2/images/{image['id']}"
                if image["protected"]:
                    kind = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
                    self.call("PATCH", target, token, b'[{"op":"replace","path":"/protected","value":false}]', kind)
                self.call("DELETE", target, token)
        if any("/v2/metadefs/" in step.path for step in self.script.steps):
            for namespace in self._listed("/v2/metadefs/namespaces?limit=1000", "namespaces", token):
                name = namespace["namespace"]
                target = f"/v2/metadefs/namespaces/{name}"
                if namespace["protected"]:
                    self.call("PUT", target, token, json.dumps({"namespace": name}).encode())
                self.call("DELETE", target, token)

    def _listed(self, target, key, token):
        status, _, body = self.call("GET", target, token)
        return json.loads(body)[key] if status == 200 else []
