"""What the system tests share: real nginx servers, a larder, clients that compare every byte.

Everything listens on free loopback ports; whoever starts a server ends it.
"""

import concurrent.futures
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PICTURES = ROOT / "var" / "pictures"
LEAST_PICTURES = 3000


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what}")


def answers(port, path="/"):
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        connection.request("GET", path)
        return connection.getresponse().status > 0
    except OSError:
        return False


class Server:
    """A child process that is ended with the test."""

    def __init__(self, command, log):
        self.log = log
        with open(log, "ab") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)

    def end(self, how=signal.SIGTERM, seconds=40):
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(seconds)


class Nginx:
    def __init__(self, work, name, body, port):
        self.port, self.folder = port, work / name
        self.folder.mkdir()
        self.access = self.folder / "access.log"
        self.conf = self.folder / "nginx.conf"
        # As root, workers would become another user, who may not enter the folder of this test.
        user = "user root; " if os.geteuid() == 0 else ""
        self.conf.write_text(
            f"{user}daemon off; worker_processes 1; pid {self.folder}/pid; error_log {self.folder}/error.log;\n"
            "events { worker_connections 2048; }\n"
            "http {\n types { image/jpeg jpg; } default_type application/octet-stream; sendfile on;\n"
            f" access_log {self.access}; keepalive_requests 100000;\n"
            + "".join(f" {kind}_temp_path {self.folder}/{kind};\n" for kind in
                      ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
            + body + "\n}\n")
        self.server = None
        self.start()

    def start(self):
        self.server = Server(["nginx", "-p", str(self.folder), "-c", str(self.conf)], self.folder / "out.log")
        wait_until(lambda: answers(self.port), f"nginx in {self.folder} answers")

    def stop(self):
        self.server.end(signal.SIGQUIT)

    def requests(self):
        """Requests for pictures so far."""
        try:
            return sum(1 for line in self.access.read_text().splitlines() if ".jpg" in line)
        except FileNotFoundError:
            return 0


class Larder:
    def __init__(self, binary, work, origins, max_size="600MB", memory="32MB"):
        self.binary, self.work = binary, work
        self.port, self.admin_port = free_port(), free_port()
        self.cache = work / "cache"
        self.config = work / "larder.yaml"
        self.origins, self.max_size, self.memory = origins, max_size, memory
        # Lines of each origin, besides its URL.
        self.origin_settings = [["connect_timeout: 2s"] for _ in origins]
        # What starts it, where that is not the binary itself.
        self.launcher = []
        self.server = None

    def start(self):
        self.config.write_text(
            f"listen: 127.0.0.1:{self.port}\n"
            f"admin:\n  listen: 127.0.0.1:{self.admin_port}\n"
            f"cache:\n  directory: {self.cache}\n  max_size: {self.max_size}\n  memory: {self.memory}\n"
            "origins:\n"
            + "".join(f"  - url: {url}\n" + "".join(f"    {line}\n" for line in lines)
                      for url, lines in zip(self.origins, self.origin_settings))
            + f"access_log:\n  path: {self.work}/access.log\n  format: json\n")
        self.server = Server([*self.launcher, self.binary, "serve", "--config", str(self.config)], self.work / "larder.log")
        wait_until(self.is_ready, "larder is ready", 30)

    def is_ready(self):
        if self.server.process.poll() is not None:
            raise AssertionError("larder ended: " + (self.work / "larder.log").read_text()[-2000:])
        try:
            return self.admin("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def stop(self, how=signal.SIGTERM):
        return self.server.end(how)

    def admin(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin_port, timeout=60)
        headers = {"Content-Type": "application/json"} if body is not None else {}
        connection.request(method, path, body=json.dumps(body) if body is not None else None, headers=headers)
        response = connection.getresponse()
        return response.status, response.read()

    def stats(self):
        return json.loads(self.admin("GET", "/stats")[1])

    def command(self, *arguments):
        return subprocess.run([self.binary, *arguments, "--config", str(self.config)], capture_output=True, text=True,
                              timeout=60)

    def disk_use(self):
        total = 0
        for folder, _, names in os.walk(self.cache):
            for name in names:
                try:
                    total += os.lstat(os.path.join(folder, name)).st_blocks * 512
                except FileNotFoundError:
                    pass
        return total


class Client:
    """Fetches pictures over a few kept connections and compares every byte."""

    def __init__(self, port, jobs=8):
        self.port, self.jobs = port, jobs
        self.local = threading.local()

    def get(self, path, headers=None):
        for attempt in (1, 2):
            connection = getattr(self.local, "connection", None)
            if connection is None:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                self.local.connection = connection
            try:
                connection.request("GET", path, headers=headers or {})
                response = connection.getresponse()
                return response.status, response.read(), response.headers
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                # A kept connection may be closed while it is idle; a new one must do.
                self.local.connection = None
                if attempt == 2:
                    raise

    def all(self, paths, check=None):
        """Problems of a run over the paths: wrong status, wrong bytes, no answer."""
        def one(path):
            try:
                status, body, headers = self.get(path)
            except Exception as error:
                self.local.connection = None
                return f"{path}: {type(error).__name__}: {error}"
            if status != 200:
                return f"{path}: status {status}"
            if body != (PICTURES / path[1:]).read_bytes():
                return f"{path}: {len(body)} other bytes"
            return check(path, headers) if check else None

        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            return [problem for problem in pool.map(one, paths) if problem]


def none(problems, what):
    assert not problems, f"{what}: {len(problems)} problems, the first: {problems[:5]}"


def is_hit(path, headers):
    status = headers.get("Cache-Status", "")
    return None if "hit" in status else f"{path}: no hit: {status}"


def binary():
    """The larder to test: the release build, or what LARDER names."""
    if "LARDER" in os.environ:
        return os.environ["LARDER"]
    subprocess.run(["make", "--no-print-directory", "build"], cwd=ROOT, check=True)
    where = subprocess.run(
        ["swift", "build", "--configuration", "release", "--show-bin-path"], cwd=ROOT, check=True, capture_output=True,
        text=True)
    return where.stdout.strip() + "/larder"
