"""Starting with bad input: one clear line, the right exit code, no half start."""

import http.server
import pathlib
import shutil
import socket
import subprocess
import tempfile
import threading
import unittest

from support.glint import Edge, Origin, http as request
from support.process import binary, free_port, wait_until

START_FAILED, BAD_CONFIGURATION = 1, 2


def run(program, *arguments, timeout=30):
    """Runs to the end: (exit code, standard output, standard error)."""
    command = [binary(program), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    return done.returncode, done.stdout, done.stderr


class StartupCase(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="glint-e2e-")))

    def arguments(self, program, port, folder=None):
        folder = folder or self.folder
        address = ("--listen", f"127.0.0.1:{port}")
        if program == "glint-origin":
            return ("--state-dir", folder / "state", *address)
        return ("--upstream", f"http://127.0.0.1:{free_port()}", "--cache-dir", folder / "cache", *address)

    def assert_start_failed(self, program, arguments, *words):
        """Exit 1, exactly one line that says why, in these words."""
        code, _, errors = run(program, *arguments)
        self.assertEqual(code, START_FAILED, errors)
        lines = [line for line in errors.splitlines() if line.startswith(f"{program}: cannot start: ")]
        self.assertEqual(len(lines), 1, errors)
        for word in words:
            self.assertIn(str(word), lines[0])


class CommandLine(StartupCase):
    def test_version_and_help(self):
        for program in ("glint-origin", "glint-edge", "glintctl"):
            with self.subTest(program):
                code, output, _ = run(program, "--version")
                self.assertEqual(code, 0)
                self.assertRegex(output, rf"^{program} \d+\.\d+\.\d+")
                code, output, _ = run(program, "--help")
                self.assertEqual(code, 0)
                self.assertIn("--version", output)

    def test_help_names_the_main_flags(self):
        flags = {
            "glint-origin": ("--config-file", "--config-dir", "--state-dir", "--listen", "--check-config"),
            "glint-edge": ("--upstream", "--listen", "--cache-dir", "--cache-size", "--config-file", "--check-config"),
        }
        for program, names in flags.items():
            _, output, _ = run(program, "--help")
            for name in names:
                self.assertIn(name, output)

    def test_check_config_starts_nothing(self):
        for program in ("glint-origin", "glint-edge"):
            with self.subTest(program):
                code, _, errors = run(program, *self.arguments(program, free_port()), "--check-config")
                self.assertEqual(code, 0, errors)
                self.assertEqual(list(self.folder.iterdir()), [])

    def test_bad_flags(self):
        for program, arguments in (
            ("glint-edge", ("--no-such-flag",)),
            ("glint-origin", ("--no-such-flag",)),
            ("glint-edge", ("--upstream", "http://127.0.0.1:1", "--cache-size", "12 parsecs")),
            ("glint-edge", ("--upstream", "not a url")),
            ("glint-edge", ("--upstream", "http://127.0.0.1:1", "--listen", "127.0.0.1:port")),
            ("glint-edge", ()),
        ):
            with self.subTest(program=program, arguments=arguments):
                code, _, errors = run(program, *arguments)
                self.assertEqual(code, BAD_CONFIGURATION, errors)
                if arguments:
                    self.assertIn(arguments[-1] if arguments[0] != "--no-such-flag" else "--no-such-flag", errors)
                else:
                    self.assertIn("upstream", errors)


class ConfigurationFile(StartupCase):
    # (what the file holds, the line that is wrong, what the message must name)
    COMMON = (
        ("[log]\nlevel = info\nlevle = info\n", 3, "levle"),
        ("[log]\nlevel = loud\n", 2, "level"),
        ("[no_such_group]\nkey = 1\n", 2, "no_such_group"),
        ("# comment\n\nlevel = info\n", 3, "level"),
        ("[log\nlevel = info\n", 1, "[log"),
        ("[log]\njust words\n", 2, "just words"),
        ("[log]\nlevel = $nowhere\n", 2, "nowhere"),
    )

    def check_rejected(self, program, text, line, word):
        path = self.folder / "bad.conf"
        path.write_text(text)
        for more in ((), ("--check-config",)):
            with self.subTest(program=program, text=text, more=more):
                arguments = self.arguments(program, free_port())
                code, _, errors = run(program, *arguments, "--config-file", path, *more)
                self.assertEqual(code, BAD_CONFIGURATION, errors)
                self.assertIn(f"{path}:{line}:", errors)
                self.assertIn(word, errors)

    def test_bad_files_are_named_with_their_line(self):
        for program in ("glint-origin", "glint-edge"):
            for text, line, word in self.COMMON:
                self.check_rejected(program, text, line, word)

    def test_all_errors_are_reported_at_once(self):
        path = self.folder / "bad.conf"
        path.write_text("[log]\nlevle = info\nlevel = loud\n")
        _, _, errors = run("glint-edge", *self.arguments("glint-edge", free_port()), "--config-file", path)
        self.assertIn(f"{path}:2:", errors)
        self.assertIn(f"{path}:3:", errors)

    def test_missing_file(self):
        for program in ("glint-origin", "glint-edge"):
            path = self.folder / "absent.conf"
            code, _, errors = run(program, *self.arguments(program, free_port()), "--config-file", path)
            self.assertEqual(code, BAD_CONFIGURATION, errors)
            self.assertIn(str(path), errors)


class Surroundings(StartupCase):
    def test_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            for program in ("glint-origin", "glint-edge"):
                with self.subTest(program):
                    self.assert_start_failed(program, self.arguments(program, port), port, "in use")

    def test_unwritable_directory(self):
        (self.folder / "file").write_text("in the way")
        for program in ("glint-origin", "glint-edge"):
            for folder in (self.folder / "file", pathlib.Path("/proc/glint")):
                with self.subTest(program=program, folder=folder):
                    self.assert_start_failed(program, self.arguments(program, free_port(), folder), folder)

    def test_second_edge_on_one_cache_directory(self):
        origin = Origin(self.folder / "origin").start()
        self.addCleanup(origin.stop)
        edge = Edge(self.folder / "edge", origin.url).start()
        self.addCleanup(edge.stop)
        arguments = ("--upstream", origin.url, "--listen", f"127.0.0.1:{free_port()}", "--cache-dir", self.folder / "edge" / "cache")
        self.assert_start_failed("glint-edge", arguments, self.folder / "edge" / "cache")
        self.assertEqual(request("GET", edge.url + "/healthcheck").status, 200)

    def test_cache_on_a_full_disk(self):
        disk = self.folder / "disk"
        disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]
        if subprocess.run(mount, capture_output=True).returncode != 0:
            self.skipTest("mounting a small file system needs root")
        self.addCleanup(subprocess.run, ["umount", disk], check=True)
        with open(disk / "fill", "wb", buffering=0) as file:
            with self.assertRaises(OSError):
                while True:
                    file.write(bytes(4096))
        self.assertEqual(shutil.disk_usage(disk).free, 0)
        self.assert_start_failed("glint-edge", self.arguments("glint-edge", free_port(), disk), disk)


class _NoImagesApi(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"<html>It works!</html>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


class WrongUpstream(StartupCase):
    def test_upstream_that_is_no_images_api(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _NoImagesApi)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        edge = Edge(self.folder / "edge", f"http://127.0.0.1:{server.server_port}").start()
        self.addCleanup(edge.stop)
        answer = wait_until(lambda: self._unhealthy(edge), "a healthcheck that names the upstream")
        self.assertIn(b"Images API", answer.body)
        self.assertIn("Images API", edge.process.log())

    @staticmethod
    def _unhealthy(edge):
        answer = request("GET", edge.url + "/healthcheck")
        return answer if b"Images API" in answer.body else None


if __name__ == "__main__":
    unittest.main()
