"""Brings a fresh Keystone to the users the tests know; may run again.   keystone_users.py URL IMAGE_URL"""

import json
import sys
import urllib.request

DEFAULT = {"id": "default"}
# user → (project, roles)
USERS = {
    "glance": ("service", ["admin", "service"]),
    "demo": ("demo", ["member"]),
    "demo_reader": ("demo", ["reader"]),
    "alt": ("alt", ["member"]),
}


class Keystone:
    def __init__(self, url):
        self.url = url + "/v3"
        self.headers = {"Content-Type": "application/json"}
        identity = {"methods": ["password"], "password": {"user": {"name": "admin", "domain": DEFAULT, "password": "secret"}}}
        scope = {"project": {"name": "admin", "domain": DEFAULT}}
        headers, _ = self.call("POST", "/auth/tokens", {"auth": {"identity": identity, "scope": scope}})
        self.headers["X-Auth-Token"] = headers["X-Subject-Token"]

    def call(self, method, path, body=None):
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, method=method, data=content, headers=self.headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
            return answer.headers, json.loads(text) if text else None

    def ensure(self, kind, name, **fields):
        """The id of the thing of that name, created when it is not there."""
        found = self.call("GET", f"/{kind}s?name={name}")[1][kind + "s"]
        if not found:
            found = [self.call("POST", f"/{kind}s", {kind: {"name": name, **fields}})[1][kind]]
        return found[0]["id"]

    def ensure_endpoint(self, service, url):
        for interface in ("public", "internal", "admin"):
            found = self.call("GET", f"/endpoints?service_id={service}&interface={interface}")[1]["endpoints"]
            if found:
                self.call("PATCH", f"/endpoints/{found[0]['id']}", {"endpoint": {"url": url}})
                continue
            endpoint = {"service_id": service, "interface": interface, "url": url, "region_id": "RegionOne"}
            self.call("POST", "/endpoints", {"endpoint": endpoint})


def main(url, image_url):
    keystone = Keystone(url)
    roles = {name: keystone.ensure("role", name) for name in ("admin", "member", "reader", "service")}
    for name, (project, granted) in USERS.items():
        project_id = keystone.ensure("project", project, domain_id="default")
        user_id = keystone.ensure("user", name, domain_id="default", password="secret")
        for role in granted:
            keystone.call("PUT", f"/projects/{project_id}/users/{user_id}/roles/{roles[role]}")
    keystone.ensure_endpoint(keystone.ensure("service", "glance", type="image"), image_url)


if __name__ == "__main__":
    main(*sys.argv[1:])
