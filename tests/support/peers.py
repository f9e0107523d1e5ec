"""Real Keystone and real Glance for a test module, started once and ended with it."""

import json
import pathlib
import subprocess
import urllib.request

from support.process import ROOT, Process, free_port

PEERS = ROOT / "tests" / "e2e" / "peers"


class Keystone:
    def __init__(self, state, image_url):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        state = pathlib.Path(state)
        state.mkdir(parents=True, exist_ok=True)
        self.process = Process([PEERS / "keystone.sh", state, self.port], state / "log")
        try:
            self.process.wait_answer(self.url + "/v3", 120)
            self.set_image_url(image_url)
        except BaseException:
            self.process.stop()
            raise

    def set_image_url(self, url):
        command = ["/usr/bin/python3", PEERS / "keystone_users.py", self.url, url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(done.stderr[-2000:])

    def client_environment(self, user):
        project = {"demo_reader": "demo", "glance": "service"}.get(user, user)
        return {
            "OS_AUTH_URL": self.url + "/v3",
            "OS_AUTH_TYPE": "password",
            "OS_IDENTITY_API_VERSION": "3",
            "OS_REGION_NAME": "RegionOne",
            "OS_USERNAME": user,
            "OS_PASSWORD": "secret",
            "OS_USER_DOMAIN_ID": "default",
            "OS_PROJECT_NAME": project,
            "OS_PROJECT_DOMAIN_ID": "default",
        }

    def token(self, user):
        env = self.client_environment(user)
        domain = {"id": "default"}
        account = {"name": user, "domain": domain, "password": env["OS_PASSWORD"]}
        auth = {
            "identity": {"methods": ["password"], "password": {"user": account}},
            "scope": {"project": {"name": env["OS_PROJECT_NAME"], "domain": domain}},
        }
        request = urllib.request.Request(
            self.url + "/v3/auth/tokens",
            data=json.dumps({"auth": auth}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.headers["X-Subject-Token"]

    def stop(self):
        self.process.stop()


class Glance:
    """Who calls: `keystone` is its URL, or "fake-tokens"; neither: everybody is admin. `config`: a file that wins."""

    def __init__(self, state, keystone=None, port=None, config=None):
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        state = pathlib.Path(state)
        state.mkdir(parents=True, exist_ok=True)
        command = [PEERS / "glance.sh", state, self.port, *([keystone] if keystone else [])]
        self.process = Process(command, state / "log", env={"GLANCE_CONFIG": str(config)} if config else None)
        try:
            self.process.wait_answer(self.url + "/versions", 120)
        except BaseException:
            self.process.stop()
            raise

    def stop(self):
        self.process.stop()
