"""Two origins on one database race for the same image: no change is lost, and no state is there twice."""

import concurrent.futures
import pathlib
import tempfile
import unittest

from support.databases import running
from support.glint import Origin, http
from support.process import wait_until

PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}


class DatabaseOrigin(Origin):
    def __init__(self, folder, connection):
        super().__init__(folder)
        (self.folder / "state").mkdir(mode=0o700)
        self.configuration = self.folder / "glint.conf"
        self.configuration.write_text(f"[database]\nconnection = {connection}\n")

    def arguments(self):
        return [*super().arguments(), "--config-file", self.configuration]


class RaceCases:
    """Mixed into a test case per kind of server."""

    server_name = ""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.enterClassContext(running(cls.server_name))
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="glint-e2e-")))
        cls.origins = [DatabaseOrigin(folder / name, cls.server.url) for name in ("a", "b")]
        cls.tokens = cls.origins[0].write_tokens()
        source, target = (origin.folder / "state" / "tokens" for origin in cls.origins)
        target.touch(mode=0o600)
        target.write_text(source.read_text())
        for origin in cls.origins:
            cls.addClassCleanup(origin.stop)
            origin.start()
        cls.pool = cls.enterClassContext(concurrent.futures.ThreadPoolExecutor(16))

    def call(self, origin, method, path, body=None, headers=None, user="demo"):
        return http(method, self.origins[origin % 2].url + path, self.tokens[user], body, headers)

    def create(self, **fields):
        body = {"disk_format": "raw", "container_format": "bare", **fields}
        answer = self.call(0, "POST", "/v2/images", body)
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json()["id"]

    def race(self, *calls):
        """Every call, a tuple of arguments of call(), at the same time; the answers in order."""
        return [future.result() for future in [self.pool.submit(self.call, *call) for call in calls]]

    def show(self, image):
        answers = self.race((0, "GET", f"/v2/images/{image}"), (1, "GET", f"/v2/images/{image}"))
        self.assertEqual([answer.status for answer in answers], [200, 200])
        self.assertEqual(answers[0].json(), answers[1].json())
        return answers[0].json()

    def test_changes_of_different_fields_are_all_kept(self):
        image = self.create()
        names = [f"property_{n}" for n in range(32)]
        answers = self.race(
            *[
                (n, "PATCH", f"/v2/images/{image}", [{"op": "add", "path": f"/{name}", "value": "kept"}], PATCH)
                for n, name in enumerate(names)
            ]
        )
        self.assertEqual([answer.status for answer in answers], [200] * len(names))
        shown = self.show(image)
        self.assertEqual([name for name in names if shown.get(name) != "kept"], [])

    def test_one_of_many_uploads_wins(self):
        image = self.create()
        headers = {"Content-Type": "application/octet-stream"}
        bodies = [bytes([n]) * 70000 for n in range(6)]
        answers = self.race(*[(n, "PUT", f"/v2/images/{image}/file", body, headers) for n, body in enumerate(bodies)])
        won = [n for n, answer in enumerate(answers) if answer.status == 204]
        self.assertEqual(len(won), 1, [answer.status for answer in answers])
        # 409: another upload had begun; 410: it began first.
        self.assertLessEqual({answer.status for answer in answers}, {204, 409, 410})
        self.assertEqual(self.show(image)["status"], "active")
        # The bytes are in the store of the origin that took them.
        self.assertEqual(self.call(won[0], "GET", f"/v2/images/{image}/file").body, bodies[won[0]])

    def test_one_of_many_deletes_succeeds(self):
        image = self.create()
        answers = self.race(*[(n, "DELETE", f"/v2/images/{image}") for n in range(6)])
        self.assertEqual(sorted(answer.status for answer in answers), [204, 404, 404, 404, 404, 404])

    def test_a_delete_and_changes_end_deleted(self):
        image = self.create()
        change = [{"op": "replace", "path": "/name", "value": "late"}]
        answers = self.race(
            *[(n, "PATCH", f"/v2/images/{image}", change, PATCH) for n in range(4)],
            (1, "DELETE", f"/v2/images/{image}"),
            *[(n, "PATCH", f"/v2/images/{image}", change, PATCH) for n in range(4)],
        )
        self.assertEqual(answers[4].status, 204)
        self.assertLessEqual({answer.status for answer in answers[:4] + answers[5:]}, {200, 404})
        self.assertEqual([self.call(n, "GET", f"/v2/images/{image}").status for n in range(2)], [404, 404])

    def test_members_are_added_once_each(self):
        image = self.create(visibility="shared")
        path = f"/v2/images/{image}/members"
        answers = self.race(*[(n // 8, "POST", path, {"member": f"project-{n % 8}"}) for n in range(16)])
        self.assertEqual(sorted(answer.status for answer in answers), [200] * 8 + [409] * 8)
        members = self.call(1, "GET", path).json()["members"]
        self.assertEqual(sorted(member["member_id"] for member in members), [f"project-{n}" for n in range(8)])
        answers = self.race(*[(n // 8, "DELETE", f"{path}/project-{n % 8}") for n in range(16)])
        self.assertEqual(sorted(answer.status for answer in answers), [204] * 8 + [404] * 8)

    def test_an_id_is_created_once(self):
        body = {"id": "6b1b5d3a-0c06-4dcb-a3a5-5d0a52a3f6f1", "disk_format": "raw", "container_format": "bare"}
        answers = self.race(*[(n, "POST", "/v2/images", body) for n in range(6)])
        self.assertEqual(sorted(answer.status for answer in answers), [201] + [409] * 5)

    def test_the_database_goes_and_comes(self):
        image = self.create(name="stays")
        self.server.stop()
        answers = self.race((0, "GET", f"/v2/images/{image}"), (1, "POST", "/v2/images", {"name": "x"}))
        self.assertEqual([answer.status for answer in answers], [503, 503])
        self.server.start()
        wait_until(lambda: self.call(0, "GET", f"/v2/images/{image}").status == 200, "an image again")
        self.assertEqual(self.show(image)["name"], "stays")
        self.assertEqual(self.call(1, "PATCH", f"/v2/images/{image}", [{"op": "add", "path": "/a", "value": "b"}], PATCH).status, 200)


class PostgresqlRaceTest(RaceCases, unittest.TestCase):
    server_name = "postgresql"


class MariadbRaceTest(RaceCases, unittest.TestCase):
    server_name = "mariadb"
