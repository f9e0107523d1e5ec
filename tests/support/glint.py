"""glint-origin and glint-edge as tests start them."""

import json
import pathlib
import secrets
import urllib.error
import urllib.request

from support.process import Process, binary, free_port


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class _KeepStatus(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _KeepStatus)


def http(method, url, token=None, body=None, headers=None, timeout=60):
    """One request; every status is an answer. A body cut short raises http.client.IncompleteRead."""
    fields = dict(headers or {})
    if token:
        fields["X-Auth-Token"] = token
    if isinstance(body, (dict, list)):
        body = json.dumps(body).encode()
        fields.setdefault("Content-Type", "application/json")
    request = urllib.request.Request(url, method=method, data=body, headers=fields)
    try:
        with _opener.open(request, timeout=timeout) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


class Program:
    """One of our servers: a port that stays over restarts, a log, readiness by /healthcheck."""

    name = ""

    def __init__(self, folder, port=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def arguments(self):
        return []

    def start(self, *extra):
        command = [binary(self.name), *self.arguments(), *extra]
        self.process = Process(command, self.folder / f"{self.name}.log")
        self.process.wait_answer(self.url + "/healthcheck")
        return self

    def stop(self):
        return self.process.stop() if self.process else None

    def kill(self):
        self.process.kill()

    def restart(self, *extra):
        self.stop()
        return self.start(*extra)


class Origin(Program):
    name = "glint-origin"

    # user → project and roles, as a Keystone would vouch for them
    USERS = {
        "admin": "admin admin,member,reader",
        "demo": "demo member,reader",
        "demo_reader": "demo reader",
        "alt": "alt member,reader",
    }

    def write_tokens(self):
        """Before the first start: a file of tokens for USERS; {user: token}."""
        tokens = {user: f"token-of-{user}-{secrets.token_hex(16)}" for user in self.USERS}
        path = self.folder / "state" / "tokens"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text("".join(f"{tokens[user]} {user} {rest}\n" for user, rest in self.USERS.items()))
        return tokens

    def arguments(self):
        return ["--state-dir", self.folder / "state", "--listen", f"127.0.0.1:{self.port}"]


class KeystoneOrigin(Origin):
    """An origin that asks a Keystone, as the account "glance" of the tests' users."""

    def __init__(self, folder, keystone_url, port=None):
        super().__init__(folder, port)
        self.config = self.folder / "glance-api.conf"
        self.config.write_text(
            "[paste_deploy]\nflavor = keystone\n"
            "[keystone_authtoken]\n"
            f"www_authenticate_uri = {keystone_url}/v3\nauth_url = {keystone_url}\nauth_type = password\n"
            "username = glance\npassword = secret\nproject_name = service\n"
            "user_domain_name = Default\nproject_domain_name = Default\n"
        )

    def arguments(self):
        return [*super().arguments(), "--config-file", self.config]


class Edge(Program):
    name = "glint-edge"

    def __init__(self, folder, upstream, port=None, cache_size="2G"):
        super().__init__(folder, port)
        self.upstream, self.cache_size = upstream, cache_size

    def arguments(self):
        return [
            *("--upstream", self.upstream),
            *("--listen", f"127.0.0.1:{self.port}"),
            *("--cache-dir", self.folder / "cache"),
            *("--cache-size", self.cache_size),
        ]
