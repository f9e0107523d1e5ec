"""The OpenStack clients of Debian, run as people run them."""

import json
import os
import subprocess
import tempfile

# The distribution's Python first: an own one does not have the clients' libraries.
_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


class ClientError(Exception):
    pass


def run(command, environment, timeout=120):
    """Standard output of the command; ClientError with what it said when it fails."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("OS_")}
    env |= {"PATH": _PATH, "LC_ALL": "C.UTF-8", "no_proxy": "127.0.0.1", **environment}
    # A home of its own: glance keeps the server's schema there and, without Keystone, trips over it the next time
    # ("conflicting option string: --stores", with any Images API).
    with tempfile.TemporaryDirectory(prefix="glint-e2e-home-") as home:
        env["HOME"] = home
        words = [str(word) for word in command]
        # A terminal, as people have: glance takes any other standard input for the image's bytes.
        terminal, keyboard = os.openpty()
        try:
            done = subprocess.run(words, env=env, stdin=keyboard, capture_output=True, text=True, timeout=timeout)
        finally:
            os.close(terminal)
            os.close(keyboard)
    if done.returncode != 0:
        raise ClientError(f"{' '.join(map(str, command))}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


class Clients:
    """The three clients of one user. Subclasses know how that user proves who they are."""

    def __init__(self, url, token, openstack_env, glance_env, sdk_arguments):
        self.url, self.token = url, token
        self._openstack_env, self._glance_env, self._sdk_arguments = openstack_env, glance_env, sdk_arguments

    @classmethod
    def with_token(cls, url, token):
        """Without Keystone: a token and the service's address."""
        plugin = {"OS_AUTH_TYPE": "admin_token", "OS_ENDPOINT": url + "/v2", "OS_TOKEN": token}
        glance = {"OS_AUTH_TOKEN": token, "OS_IMAGE_URL": url}
        return cls(url, token, plugin, glance, {"auth_type": "admin_token", "auth": {"endpoint": url + "/v2", "token": token}})

    @classmethod
    def with_keystone(cls, url, keystone, user):
        """With Keystone: a password; the address of the image service comes from the catalog."""
        env = keystone.client_environment(user)
        names = ("auth_url", "username", "password", "project_name", "user_domain_id", "project_domain_id")
        sdk = {
            "auth_type": "password",
            "auth": {name: env["OS_" + name.upper()] for name in names},
            "region_name": env["OS_REGION_NAME"],
        }
        return cls(url, keystone.token(user), env, env, sdk)

    def openstack(self, *words):
        return run(["openstack", "image", *words], self._openstack_env)

    def openstack_json(self, *words):
        return json.loads(self.openstack(*words, "-f", "json"))

    def glance(self, *words):
        return run(["glance", *words], self._glance_env)

    def glance_table(self, *words):
        """What glance prints as a table of Property and Value, as a dictionary."""
        rows = [line.split("|") for line in self.glance(*words).splitlines() if line.startswith("| ")]
        return {row[1].strip(): row[2].strip() for row in rows[1:]}

    def sdk(self):
        import openstack  # a second to import: only when it is used

        return openstack.connection.Connection(**self._sdk_arguments)
