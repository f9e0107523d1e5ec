#!/usr/bin/env python3
"""An upstream that speaks the Images API as a script says: it stalls, resets, lies and refuses on command.

On its own:  tests/support/scripted_upstream.py [--port 0]      prints "listening on http://127.0.0.1:PORT"
In a test:   with ScriptedUpstream() as upstream: upstream.add("id", size=1 << 20, file={"reset_at": 4096})

Serves GET /v2/images (a list), GET /v2/images/{id} and GET /v2/images/{id}/file with Range. The bytes of an
image follow from its seed and size (content()), so any size is possible. Control, without a token:

  POST /_script   {"images": [IMAGE...], "tokens": null | {TOKEN: ["show", "file"]}, "refuse": false}
  POST /_forget   removes all images, tokens and counters
  GET  /_stats    {"requests", "connections", "images": {ID: {"show", "file", "file_bytes", "file_open", "ranges",
                  "request_ids"}}}

  IMAGE  {"id", "size": 0, "seed": 0, "status": "active", "name", "owner", "visibility", "disk_format",
          "container_format", "digests": "all" | "md5" | "none", "fields": {more or other fields of the image},
          "show": FAULT, "file": FAULT}       an image given again is replaced; its counters stay
  FAULT  {"times": K (the first K requests only; absent: all), and any of:
     before the head: "delay": SECONDS, "drop": true (connection closed unanswered), "garbage": true (no HTTP),
       "status": CODE, "headers": {NAME: VALUE}, "body": TEXT (for "status"), "huge_headers": BYTES
     of the body, N counted from its first byte: "stall_at": N (sends no more, keeps the connection),
       "reset_at": N (RST), "close_at": N (FIN), "length_delta": D (Content-Length is wrong by D),
       "chunked": true (no length), "rate": BYTES_PER_SECOND, "ignore_range": true (200 with everything),
       "wrong_at": OFFSET (that byte of the image differs; with "wrong_count": bytes that differ, default 1)}
  tokens: who may what; an unknown token gets 401, one without the word 403; null: everybody may all.
  refuse: every connection is reset, control included, until the process ends or refuse(False) is called.
"""

import argparse
import asyncio
import contextlib
import fcntl
import functools
import hashlib
import http
import json
import random
import re
import socket
import struct
import sys
import termios
import threading
import time

PATTERN_BYTES = 1 << 20
SEND_BYTES = 64 * 1024
MAX_HEAD_BYTES = 64 * 1024


@functools.lru_cache(maxsize=8)
def _pattern(seed):
    half = random.Random(seed).randbytes(PATTERN_BYTES)
    return half + half


def content(seed, offset, length):
    """`length` bytes of the endless content of `seed`: its pattern, shifted anew and numbered in each MiB."""
    pieces = []
    while length > 0:
        number, start = divmod(offset, PATTERN_BYTES)
        shift = number * 7919 % PATTERN_BYTES
        block = struct.pack(">QQ", seed, number) + _pattern(seed)[shift + 16 : shift + PATTERN_BYTES]
        pieces.append(block[start : start + length])
        offset += len(pieces[-1])
        length -= len(pieces[-1])
    return b"".join(pieces)


@functools.lru_cache(maxsize=64)
def digest(algorithm, seed, size):
    running = hashlib.new(algorithm)
    for offset in range(0, size, PATTERN_BYTES):
        running.update(content(seed, offset, min(PATTERN_BYTES, size - offset)))
    return running.hexdigest()


class Image:
    """One scripted image and what was asked of it."""

    def __init__(self, spec, counters):
        self.spec = {"size": 0, "seed": 0, "digests": "all", **spec}
        self.id, self.size, self.seed = self.spec["id"], self.spec["size"], self.spec["seed"]
        self.counters = counters
        self.used = {"show": 0, "file": 0}

    def fault(self, route):
        fault = self.spec.get(route) or {}
        self.used[route] += 1
        return fault if self.used[route] <= fault.get("times", self.used[route]) else {}

    def document(self):
        spec, path = self.spec, f"/v2/images/{self.id}"
        shown = {name: spec.get(name) for name in ("name", "owner")}
        for name, default in (
            ("status", "active"),
            ("visibility", "public"),
            ("disk_format", "raw"),
            ("container_format", "bare"),
        ):
            shown[name] = spec.get(name, default)
        shown.update(id=self.id, size=self.size, virtual_size=None, min_disk=0, min_ram=0, protected=False)
        shown.update(os_hidden=False, tags=[], created_at="2026-01-01T00:00:00Z", updated_at="2026-01-01T00:00:00Z")
        shown.update(self=path, file=path + "/file", schema="/v2/schemas/image")
        shown.update(checksum=None, os_hash_algo=None, os_hash_value=None)
        if spec["digests"] != "none":
            shown["checksum"] = digest("md5", self.seed, self.size)
        if spec["digests"] == "all":
            shown.update(os_hash_algo="sha512", os_hash_value=digest("sha512", self.seed, self.size))
        shown.update(spec.get("fields", {}))
        return shown


class Request:
    def __init__(self, method, target, headers, body):
        self.method, self.target, self.headers, self.body = method, target, headers, body
        self.path = target.partition("?")[0]


class Cut(Exception):
    """The connection ends here, unfinished."""


class Connection:
    """One client: requests are answered in turn."""

    def __init__(self, upstream, reader, writer):
        self.upstream, self.reader, self.writer = upstream, reader, writer
        writer.transport.set_write_buffer_limits(0)

    async def serve(self):
        try:
            while request := await self.read_request():
                await self.answer(request)
        except (Cut, OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self.writer.close()

    async def read_request(self):
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")[:-2]
        method, target, _ = first.split(" ")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        if "100-continue" in headers.get("expect", "").lower():
            self.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return Request(method, target, headers, await self.read_body(headers))

    async def read_body(self, headers):
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return await self.reader.readexactly(int(headers.get("content-length", 0)))
        body = b""
        while size := int((await self.reader.readline()).split(b";")[0], 16):
            body += (await self.reader.readexactly(size + 2))[:-2]
        while (await self.reader.readline()).strip():
            pass
        return body

    async def answer(self, request):
        upstream = self.upstream
        if request.path.startswith("/_"):
            return await self.send(*upstream.control(request))
        upstream.requests += 1
        match = re.fullmatch(r"/v2/images/([^/]+)(/file)?", request.path)
        image = upstream.images.get(match[1]) if match else None
        if request.path in ("/v2/images", "/"):
            refusal = upstream.refusal(request, "show") if request.path != "/" else None
            return await self.send(*(refusal or upstream.listing(request)))
        if request.method != "GET":
            return await self.send(405, {"Allow": "GET"}, b"")
        route = "file" if match and match[2] else "show"
        if image:
            image.counters[route] += 1
            image.counters["request_ids"].append(request.headers.get("x-openstack-request-id"))
        if refusal := upstream.refusal(request, route):
            return await self.send(*refusal)
        if not image:
            return await self.send(404, {}, b"404 Not Found\n\nNo image found")
        await self.answer_image(request, image, route)

    async def answer_image(self, request, image, route):
        fault = image.fault(route)
        await asyncio.sleep(fault.get("delay", 0))
        if fault.get("drop"):
            raise Cut
        if fault.get("garbage"):
            self.writer.write(b"\x00\xffthis is not HTTP\r\n\r\n")
            await self.writer.drain()
            raise Cut
        if "status" in fault:
            return await self.send(fault["status"], fault.get("headers", {}), fault.get("body", "scripted").encode())
        headers = dict(fault.get("headers", {}))
        for number in range(fault.get("huge_headers", 0) // 1000):
            headers[f"X-Filler-{number}"] = "x" * 1000
        if route == "show":
            loop = asyncio.get_running_loop()
            document = await loop.run_in_executor(None, image.document)
            return await self.send(200, {**headers, "Content-Type": "application/json"}, json.dumps(document).encode())
        await self.send_file(request, image, fault, headers)

    async def send_file(self, request, image, fault, headers):
        status, first, last = 200, 0, image.size - 1
        headers["Content-Type"] = "application/octet-stream"
        if (wanted := request.headers.get("range")) is not None:
            image.counters["ranges"].append(wanted)
            if not fault.get("ignore_range"):
                form = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted)
                if not form or int(form[1]) >= image.size:
                    return await self.send(416, {}, b"")
                status, first = 206, int(form[1])
                last = min(int(form[2] or last), last)
                headers["Content-Range"] = f"bytes {first}-{last}/{image.size}"
        if image.spec["digests"] != "none":
            loop = asyncio.get_running_loop()
            headers["Content-MD5"] = await loop.run_in_executor(None, digest, "md5", image.seed, image.size)
        length = last - first + 1
        if fault.get("chunked"):
            headers["Transfer-Encoding"] = "chunked"
        else:
            headers["Content-Length"] = str(length + fault.get("length_delta", 0))
        self.send_head(status, headers)
        image.counters["file_open"] += 1
        try:
            await self.send_content(image, fault, first, length)
        finally:
            image.counters["file_open"] -= 1
        if fault.get("length_delta"):
            await self.flush()
            raise Cut  # what follows could not be told from the body

    async def send_content(self, image, fault, first, length):
        stops = {word: fault[word] for word in ("stall_at", "reset_at", "close_at") if word in fault}
        word, stop = min(stops.items(), key=lambda item: item[1], default=(None, length))
        rate, started, sent = fault.get("rate"), time.monotonic(), 0
        while sent < min(stop, length):
            step = min(min(stop, length) - sent, max(1, rate // 20) if rate else SEND_BYTES, SEND_BYTES)
            data = bytearray(content(image.seed, first + sent, step))
            self.spoil(data, first + sent, fault)
            if fault.get("chunked"):
                data = b"%x\r\n%s\r\n" % (step, data)
            # Counted first: whoever has read the bytes finds them counted.
            image.counters["file_bytes"] += step
            self.writer.write(data)
            await self.writer.drain()
            sent += step
            if rate:
                await asyncio.sleep(max(0.0, started + sent / rate - time.monotonic()))
        if word and stop <= length:
            await self.stop_here(word)
        if fault.get("chunked"):
            self.writer.write(b"0\r\n\r\n")
        await self.writer.drain()

    @staticmethod
    def spoil(data, offset, fault):
        if "wrong_at" not in fault:
            return
        begin = max(fault["wrong_at"] - offset, 0)
        end = min(fault["wrong_at"] + fault.get("wrong_count", 1) - offset, len(data))
        for position in range(begin, end):
            data[position] ^= 0xFF

    async def stop_here(self, word):
        if word == "stall_at":
            while await self.reader.read(SEND_BYTES):
                pass
        else:
            await self.flush()
        if word == "reset_at":
            self.reset()
        raise Cut

    async def flush(self):
        """Until the peer has acknowledged what was sent: a reset would discard the rest."""
        await self.writer.drain()
        handle = self.writer.get_extra_info("socket").fileno()
        for _ in range(1000):
            if not struct.unpack("i", fcntl.ioctl(handle, termios.TIOCOUTQ, b"\0\0\0\0"))[0]:
                return
            await asyncio.sleep(0.002)

    def reset(self):
        linger = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.transport.abort()

    def send_head(self, status, headers):
        lines = [f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}", *(f"{n}: {v}" for n, v in headers.items())]
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    async def send(self, status, headers, body):
        if status != 204:
            headers = {"Content-Length": len(body), **headers}
        self.send_head(status, {"X-Openstack-Request-Id": "req-scripted", **headers})
        self.writer.write(body if status != 204 else b"")
        await self.writer.drain()


class ScriptedUpstream:
    """The server, on a thread of its own. Its methods may be called from any other thread."""

    def __init__(self, port=0):
        self._wanted_port = port
        self._ready = threading.Event()
        self._refusing = False
        self.forget()

    def forget(self):
        self.images, self.counters, self.tokens = {}, {}, None
        self.requests = self.connections = 0

    def add(self, image_id, **spec):
        """Scripts one image; returns its content's (size, md5, sha512) without serving it."""
        self.script({"images": [{"id": image_id, **spec}]})
        image = self.images[image_id]
        return image.size, digest("md5", image.seed, image.size), digest("sha512", image.seed, image.size)

    def script(self, command):
        for spec in command.get("images", []):
            empty = {"show": 0, "file": 0, "file_bytes": 0, "file_open": 0, "ranges": [], "request_ids": []}
            self.images[spec["id"]] = Image(spec, self.counters.setdefault(spec["id"], empty))
        self.tokens = command.get("tokens", self.tokens)
        if "refuse" in command:
            self.refuse(command["refuse"])

    def refuse(self, refusing):
        self._refusing = refusing

    def stats(self, image_id=None):
        if image_id is not None:
            return json.loads(json.dumps(self.counters[image_id]))
        return {"requests": self.requests, "connections": self.connections, "images": self.counters}

    def control(self, request):
        if request.path == "/_stats":
            return 200, {"Content-Type": "application/json"}, json.dumps(self.stats()).encode()
        if request.method != "POST":
            return 405, {"Allow": "POST"}, b""
        if request.path == "/_forget":
            self.forget()
            return 204, {}, b""
        if request.path != "/_script":
            return 404, {}, b""
        try:
            self.script(json.loads(request.body))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return 400, {}, f"bad script: {error!r}\n".encode()
        return 204, {}, b""

    def refusal(self, request, word):
        if self.tokens is None:
            return None
        allowed = self.tokens.get(request.headers.get("x-auth-token"))
        if allowed is None:
            return 401, {"WWW-Authenticate": "Keystone uri='http://127.0.0.1'"}, b"401 Unauthorized"
        return None if word in allowed else (403, {}, b"403 Forbidden")

    def listing(self, request):
        if request.path == "/":
            version = {"id": "v2.17", "status": "CURRENT", "links": [{"rel": "self", "href": f"{self.url}/v2/"}]}
            return 300, {"Content-Type": "application/json"}, json.dumps({"versions": [version]}).encode()
        page = {"images": [image.document() for image in self.images.values()], "schema": "/v2/schemas/images"}
        page["first"] = "/v2/images"
        return 200, {"Content-Type": "application/json"}, json.dumps(page).encode()

    async def _accept(self, reader, writer):
        connection = Connection(self, reader, writer)
        if self._refusing:
            return connection.reset()
        self.connections += 1
        self._tasks.add(asyncio.current_task())
        try:
            await connection.serve()
        finally:
            self._tasks.discard(asyncio.current_task())

    async def _run(self):
        self._loop, self._stop, self._tasks = asyncio.get_running_loop(), asyncio.Event(), set()
        server = await asyncio.start_server(self._accept, "127.0.0.1", self._wanted_port, limit=MAX_HEAD_BYTES)
        self.port = server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def run(self):
        """Serves on the calling thread until stop()."""
        asyncio.run(self._run())

    def start(self):
        self._thread = threading.Thread(target=self.run, daemon=True)
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the scripted upstream did not start")
        return self

    def stop(self):
        """Closes the port and every connection; start() opens the same port again."""
        self._wanted_port = self.port
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        self._ready.clear()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--port", type=int, default=0)
    upstream = ScriptedUpstream(parser.parse_args().port).start()
    print(f"listening on {upstream.url}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        upstream._thread.join()


if __name__ == "__main__":
    sys.exit(main())
