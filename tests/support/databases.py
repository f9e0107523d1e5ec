"""Real database servers for tests: started from the Debian packages on a free port of 127.0.0.1, gone with their folder.

As root the servers run as the users that their packages made. Durability is off: the data is thrown away."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile

from support.process import Process, free_port, wait_until


def _as_user(user, command):
    if os.getuid() != 0:
        return [str(word) for word in command]
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "--inh-caps=-all", *map(str, command)]


def _run(command, folder):
    done = subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}:\n{done.stdout.decode(errors='replace')[-4000:]}")


class Server:
    """A server in `folder`; its port stays over stop and start."""

    user = ""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "data"
        self.data.mkdir(parents=True)
        if os.getuid() == 0:
            shutil.chown(self.data, self.user, self.user)
            self.folder.chmod(0o755)
        self.data.chmod(0o700)
        self.port = free_port()
        self.process = None
        self.create()

    def create(self):
        raise NotImplementedError

    def command(self):
        raise NotImplementedError

    def ready(self):
        raise NotImplementedError

    def start(self):
        self.process = Process(_as_user(self.user, self.command()), self.folder / "server.log", cwd=self.data)

        def up():
            if not self.process.running():
                raise RuntimeError(f"{self.process.command} ended:\n{self.process.log()[-4000:]}")
            return subprocess.run(self.ready(), capture_output=True, timeout=30).returncode == 0

        wait_until(up, f"an answer of {type(self).__name__}", 60)
        return self

    def stop(self):
        if self.process:
            self.process.stop(5)


class Postgresql(Server):
    user = "postgres"

    @staticmethod
    def program(name):
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
        if not found:
            raise FileNotFoundError("PostgreSQL is not installed (deploy/install-deps.sh test)")
        return found[-1]

    @property
    def url(self):
        return f"postgresql://glint@127.0.0.1:{self.port}/postgres"

    def create(self):
        command = [self.program("initdb"), "-D", self.data, "-U", "glint", "-A", "trust", "--no-sync"]
        _run(_as_user(self.user, [*command, "-E", "UTF8", "--locale=C.UTF-8"]), self.data)

    def command(self):
        settings = ["fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=200"]
        return [
            *[self.program("postgres"), "-D", self.data, "-h", "127.0.0.1", "-p", self.port, "-k", ""],
            *[word for setting in settings for word in ("-c", setting)],
        ]

    def ready(self):
        return [self.program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]


class Mariadb(Server):
    user = "mysql"

    @property
    def url(self):
        return f"mysql+pymysql://glint:glint@127.0.0.1:{self.port}/mysql"

    def create(self):
        command = ["mariadb-install-db", "--no-defaults", f"--datadir={self.data}", "--skip-test-db"]
        _run(_as_user(self.user, [*command, "--auth-root-authentication-method=normal"]), self.data)
        (self.data / "init.sql").write_text(
            "CREATE USER IF NOT EXISTS glint@'127.0.0.1' IDENTIFIED BY 'glint';\nGRANT ALL ON *.* TO glint@'127.0.0.1';\n"
        )

    def command(self):
        return [
            *["mariadbd", "--no-defaults", f"--datadir={self.data}", f"--socket={self.data}/s.sock"],
            *["--bind-address=127.0.0.1", f"--port={self.port}", "--skip-name-resolve", "--max-connections=200"],
            *["--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync", "--skip-log-bin"],
            *["--innodb-buffer-pool-size=64M", "--innodb-log-file-size=16M", "--character-set-server=utf8mb4", f"--init-file={self.data}/init.sql"],
        ]

    def ready(self):
        login = ["-uglint", "-pglint", "-h127.0.0.1", f"-P{self.port}"]
        return ["mariadb", "--no-defaults", *login, "-e", "SELECT 1"]


SERVERS = {"postgresql": Postgresql, "mariadb": Mariadb}


def _fast_folder():
    """Memory, if there is enough: creating tables is syncing files, which nobody needs here."""
    with contextlib.suppress(OSError):
        if shutil.disk_usage("/dev/shm").free > 1 << 30:
            return "/dev/shm"
    return None


@contextlib.contextmanager
def running(name):
    """A server of that name, stopped and removed afterwards."""
    with tempfile.TemporaryDirectory(prefix=f"glint-{name}-", dir=_fast_folder()) as folder:
        server = SERVERS[name](folder)
        try:
            yield server.start()
        finally:
            server.stop()
