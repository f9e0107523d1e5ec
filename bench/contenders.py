"""The caches that are compared, each started in front of the same origin with settings meant to be its best."""

import os
import pathlib
import shutil

from harness import Process, free_port, wait_until
from support.process import answers, binary

os.environ["PATH"] += ":/usr/sbin:/sbin"


class Contender:
    name = ""
    program = None  # what must be installed; None: our own

    def __init__(self, folder, origin):
        self.folder = pathlib.Path(folder) / self.name
        self.folder.mkdir(parents=True)
        self.origin = origin
        self.port = free_port()
        self.process = Process(self.command(), self.folder / "log")
        wait_until(lambda: self.ready(), f"{self.name} answers:\n{self.process.log()[-2000:]}")

    def ready(self):
        if not self.process.running():
            raise RuntimeError(f"{self.name} ended:\n{self.process.log()[-4000:]}")
        return answers(f"http://127.0.0.1:{self.port}/versions")

    def command(self):
        raise NotImplementedError

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        self.process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Glint(Contender):
    name = "glint-edge"

    def command(self):
        return [
            binary("glint-edge"),
            *("--upstream", self.origin.url),
            *("--listen", f"127.0.0.1:{self.port}"),
            *("--cache-dir", self.folder / "cache"),
            *("--cache-size", "40G"),
        ]


class Nginx(Contender):
    name = "nginx"
    program = "nginx"

    CONFIGURATION = """
{user}
worker_processes 2;
daemon off;
pid {folder}/pid;
error_log {folder}/error.log warn;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  sendfile on; sendfile_max_chunk 2m;
  tcp_nodelay on;
  keepalive_timeout 300; keepalive_requests 10000000;
  open_file_cache max=1000 inactive=60s; open_file_cache_valid 60s;
  client_body_temp_path {folder}/body; fastcgi_temp_path {folder}/fastcgi;
  proxy_temp_path {folder}/proxy; scgi_temp_path {folder}/scgi; uwsgi_temp_path {folder}/uwsgi;
  proxy_cache_path {folder}/cache levels=1:2 keys_zone=images:32m max_size=40g inactive=30d use_temp_path=off;
  upstream origin {{ server 127.0.0.1:{origin_port}; keepalive 64; }}
  server {{
    listen 127.0.0.1:{port} reuseport backlog=1024;
    location / {{
      proxy_pass http://origin;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_cache images;
      proxy_cache_key $uri;
      proxy_cache_valid 200 30d;
      proxy_cache_lock on; proxy_cache_lock_timeout 1h; proxy_cache_lock_age 1h;
      proxy_buffer_size 16k; proxy_buffers 16 64k; proxy_busy_buffers_size 256k;
      proxy_read_timeout 1h; send_timeout 1h;
    }}
  }}
}}
"""

    def command(self):
        configuration = self.folder / "nginx.conf"
        configuration.write_text(
            self.CONFIGURATION.format(
                user="user root;" if os.getuid() == 0 else "",
                folder=self.folder,
                port=self.port,
                origin_port=self.origin.port,
            )
        )
        return ["nginx", "-e", self.folder / "error.log", "-c", configuration]


class Varnish(Contender):
    """Streams while it fetches, and joins waiting clients; its store is memory, so nothing of it survives a restart."""

    name = "varnish"
    program = "varnishd"

    CONFIGURATION = """
vcl 4.1;
backend default {{
  .host = "127.0.0.1"; .port = "{origin_port}";
  .first_byte_timeout = 3600s; .between_bytes_timeout = 3600s;
}}
sub vcl_recv {{ return (hash); }}
sub vcl_backend_response {{ set beresp.do_stream = true; set beresp.ttl = 30d; set beresp.grace = 1d; }}
"""

    def command(self):
        configuration = self.folder / "bench.vcl"
        configuration.write_text(self.CONFIGURATION.format(origin_port=self.origin.port))
        parameters = {
            "fetch_chunksize": "1m",
            "fetch_maxchunksize": "64m",
            "thread_pool_min": "100",
            "send_timeout": "3600",
            "idle_send_timeout": "600",
            "timeout_idle": "300",
        }
        return [
            *("varnishd", "-F", "-j", "none", "-n", self.folder / "work", "-T", "none"),
            *("-a", f"127.0.0.1:{self.port}", "-f", configuration, "-s", "malloc,4G"),
            *(word for name, value in parameters.items() for word in ("-p", f"{name}={value}")),
        ]


ALL = [Glint, Nginx, Varnish]


def installed(names):
    return [c for c in ALL if c.name in names and (c.program is None or shutil.which(c.program))]
