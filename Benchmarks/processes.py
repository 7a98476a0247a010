"""Processes that are measured: starting them on a core, their CPU time and memory, ending them by pid.

CPU time is read from each process's own clock, in nanoseconds; it holds the threads that have ended. What children used that
are gone is in their parents' accounts, in ticks.
"""

import contextlib
import functools
import http.client
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time

PROXY_CORE, LOAD_CORE = 0, 1
TICK = os.sysconf("SC_CLK_TCK")
# Ahead of others' work, behind the kernel's.
PRIORITY = -15
is_ahead = False
START_SECONDS, END_SECONDS = 60, 30
# Every process that was started and not yet ended.
running = []


class TooSmall(Exception):
    """The machine, or what is installed, is too little for a row; the text says why."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port, path="/"):
    """Whether something on that port speaks HTTP."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        connection.getresponse().read()
        return True
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def get(port, path, headers=None):
    """Status, fields (names in lower case) and body of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers=headers or {})
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def favour(pid):
    """Puts a process and what it will start ahead of what else runs on the machine, where that was asked for.

    A session of its own is needed: the kernel weighs sessions first (sched(7), autogroup).
    """
    if is_ahead:
        os.setpriority(os.PRIO_PROCESS, pid, PRIORITY)
        with contextlib.suppress(FileNotFoundError):
            pathlib.Path(f"/proc/{pid}/autogroup").write_text(str(PRIORITY))


def allow_descriptors():
    """As many as the machine lets a process have; returns the number."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


class Process:
    """One that runs in the foreground, on the given cores; `log` takes what it says."""

    def __init__(self, command, cores, log, environment=None, user=None):
        self.command = [str(part) for part in command]
        with open(log, "ab") as out:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, user=user, group=user,
                extra_groups=[] if user else None, env={**os.environ, **(environment or {})},
                preexec_fn=lambda: os.sched_setaffinity(0, cores))
        self.pid, self.log = self.process.pid, log
        favour(self.pid)
        running.append(self)

    def wait_until(self, condition):
        deadline = time.monotonic() + START_SECONDS
        while not condition():
            if self.process.poll() is not None or time.monotonic() > deadline:
                said = pathlib.Path(self.log).read_text(errors="replace")[-2000:]
                self.end()
                raise RuntimeError(f"{self.command[0]} did not start; it said:\n{said}")
            time.sleep(0.02)

    def pids(self):
        """Of the process and all that it started."""
        found, todo = [], [self.pid]
        while todo:
            pid = todo.pop()
            found.append(pid)
            for children in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
                try:
                    todo += [int(child) for child in children.read_text().split()]
                except OSError:
                    pass
        return found

    def cpu(self):
        """Seconds of user and system time of the whole tree so far."""
        total = 0.0
        for pid in self.pids():
            try:
                # CLOCK_PROCESS_CPUTIME_ID of another process (clock_getcpuclockid(3)).
                total += time.clock_gettime((~pid << 3) | 2)
                ended = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[13:15]
                total += sum(map(int, ended)) / TICK
            except OSError:
                pass
        return total

    def memory(self):
        """Resident bytes of the whole tree; pages that several map count once a process."""
        total = 0
        for pid in self.pids():
            try:
                resident = re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())
                total += int(resident[1]) * 1024 if resident else 0
            except OSError:
                pass
        return total

    def end(self):
        if self not in running:
            return
        running.remove(self)
        pids = self.pids()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        # Workers whose master was killed under them.
        for pid in pids[1:]:
            try:
                if pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1] == "1":
                    os.kill(pid, signal.SIGKILL)
            except OSError:
                pass


def end_all():
    """Ends what a row that failed left running."""
    while running:
        running[-1].end()


def folder_bytes(folder):
    """What a folder takes on disk, in bytes; files that go meanwhile count as gone."""
    total = 0
    for path, folders, files in os.walk(folder):
        for name in files:
            try:
                total += os.lstat(os.path.join(path, name)).st_blocks * 512
            except OSError:
                pass
    return total


@functools.cache
def compiled(name):
    """A C program of this folder, compiled once a run."""
    compiler = shutil.which("cc") or shutil.which("clang")
    if not compiler:
        raise TooSmall("no C compiler is installed")
    folder = tempfile.TemporaryDirectory(prefix="larder-bench-")
    compiled_folders.append(folder)
    program = pathlib.Path(folder.name) / name
    subprocess.run([compiler, "-std=gnu11", "-O2", "-o", program, pathlib.Path(__file__).parent / f"{name}.c"], check=True)
    return program


# They live as long as this process.
compiled_folders = []
