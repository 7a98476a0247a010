"""Rows about how much is stored: what a hit costs at 1,000, 100,000 and 1,000,000 pictures, and a start with the last."""

import json
import shutil
import socket
import time

import peers
from bench import say, work_figures
from clients import load, wrk
from figures import Curve, Figure, Goal, Row
from filesystem import drop_page_cache
from processes import TooSmall, free_port
from rows_hits import take_turns

MB, GB = 10**6, 10**9
MEMORY = 16 * MB
PATH = "/1000/one-%d.jpg"
MANY = 1_000_000
FIRST_HIT_SECONDS = 60
# The writer is done, or stuck, if nothing more is stored for so long.
WRITER_SECONDS = 10
FILLING = 4


def setup(bench, count):
    return peers.Setup(bench.origin.port, disk=max(1, count // 200_000) * GB, memory=MEMORY, pictures=max(count, 10_000))


def kept_store(bench, count):
    """The folder of a larder that has stored that many pictures of 1 kB; made at the first call, then kept."""
    folder = bench.kept / f"larder-{count}"
    marker = folder / "made"
    if marker.exists():
        server = peers.Larder(folder, setup(bench, count))
        stored = wait_until_loaded(server)["responses"]
        server.end()
        if stored >= count:
            return folder
        say(f"  {folder} has {stored:,} of {count:,} pictures: made anew")
    shutil.rmtree(folder, ignore_errors=True)
    bench.kept.mkdir(parents=True, exist_ok=True)
    bench.need_space(count * 2_500)
    server = peers.Larder(folder, setup(bench, count))
    try:
        say(f"  filling {count:,} pictures of 1 kB into {folder}")
        # Where the writer cannot keep up, pictures are passed on without being stored: those come with the next pass.
        for _ in range(FILLING):
            load(server.port, PATH, count, connections=64, seconds=900)
            stored = wait_until_stored(server, count)
            if stored >= count:
                break
            say(f"  {stored:,} are stored")
    finally:
        server.end()
    if stored < count:
        raise TooSmall(f"only {stored:,} of {count:,} pictures were stored after {FILLING} passes")
    marker.write_text(json.dumps({"count": count}))
    return folder


def wait_until_stored(server, count):
    """How many responses are stored: waits for the writer, which may be behind its clients by some thousands."""
    stored, since = 0, time.monotonic()
    while stored < count and time.monotonic() - since < WRITER_SECONDS:
        now = server.stats()["store"]["responses"]
        if now != stored:
            stored, since = now, time.monotonic()
        time.sleep(0.1)
    return stored


def wait_until_loaded(server):
    """The store's figures once its directory is loaded. The admin interface may come up later than the picture port."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            store = server.stats()["store"]
            if store["is_loaded"]:
                return store
        except OSError:
            pass
        time.sleep(0.002)
    raise RuntimeError("larder's directory was not loaded within 120 s")


def stored(bench):
    """Hits all over 1,000, 100,000 and 1,000,000 stored pictures of 1 kB, with 16 MB of memory."""
    row = Row("stored")
    curve = Curve("stored", "1 kB hit against pictures stored, memory 16 MB", "stored", "µs CPU a request")
    counts = [bench.count(number) for number in (1_000, 100_000)]
    with bench.servers(memory=MEMORY, pictures=counts[-1], disk=2 * GB) as servers:
        have = 0
        for count in counts:
            for server in servers:
                load(server.port, PATH, count - have, first=have)
            have = count
            figures = work_figures(f"1 kB hit, {count:,} stored")
            take_turns(bench, servers, figures, lambda server: wrk(server.port, PATH, bench.turn_seconds, pictures=count))
            add(row, curve, figures, count)
    if not bench.only or "larder" in bench.only:
        count = bench.count(MANY)
        folder = kept_store(bench, count)
        server = peers.Larder(folder, setup(bench, count))
        try:
            wait_until_loaded(server)
            figures = work_figures(f"1 kB hit, {count:,} stored")
            take_turns(bench, [server], figures, lambda server: wrk(server.port, PATH, bench.turn_seconds, pictures=count))
            add(row, curve, figures, count)
        finally:
            server.end()
    row.notes.append("Peers are not filled with 1,000,000: a file a picture takes them minutes.")
    row.curves.append(curve)
    return row


def add(row, curve, figures, count):
    row.figures += figures
    for server, value in figures[0].medians().items():
        curve.add(server, count, value)


def first_hit(folder, setup):
    """Starts larder; returns it, with the seconds from exec to a stored picture's last byte, and to the loaded directory."""
    starting = Starting(folder, setup)
    while starting.hit_after is None:
        starting.try_once()
    store = wait_until_loaded(starting)
    loaded = time.monotonic() - starting.began
    return starting, starting.hit_after, loaded, store


class Starting(peers.Larder):
    """A larder that is asked from the instant it is started, without waiting for it to be ready."""

    hit_after = None

    def __init__(self, folder, setup):
        self.folder, self.setup = folder, setup
        self.port = free_port()
        self.began = time.monotonic()
        self.start()

    def try_once(self):
        if self.process.process.poll() is not None or time.monotonic() - self.began > FIRST_HIT_SECONDS:
            self.end()
            raise RuntimeError("larder did not answer after its start")
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as connection:
                connection.sendall(f"GET {PATH % 4711} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
                answer = b""
                while piece := connection.recv(65536):
                    answer += piece
        except OSError:
            time.sleep(0.0005)
            return
        if b"larder; hit" not in answer:
            raise RuntimeError(f"the first answer is no hit: {answer[:400]!r}")
        self.hit_after = time.monotonic() - self.began


def start(bench):
    """larder's start with 1,000,000 pictures stored: when it hits, when its directory is loaded, what it holds in memory."""
    row = Row("start")
    count = bench.count(MANY)
    # In a quick run picture 4711 must exist, too.
    folder = kept_store(bench, max(count, 5_000))
    count = max(count, 5_000)
    work = f"start with {count:,} stored"
    hit = Figure(work, "ms from exec to the first hit", goal=Goal("≤ 200 ms", limit=200))
    loaded = Figure(work, "s until the directory is loaded", goal=Goal("≤ 3 s", limit=3))
    cold_hit = Figure(f"{work}, page cache dropped", "ms from exec to the first hit", is_main=False)
    cold_loaded = Figure(f"{work}, page cache dropped", "s until the directory is loaded", is_main=False)
    each = Figure(work, "bytes a response in the directory", goal=Goal("≤ 64", limit=64))
    beyond = Figure(work, "bytes resident a response, beyond an empty larder", is_main=False)
    resident = Figure("memory after hits all over them, memory tier full", "MB resident")
    bound = (MEMORY + 100 * count + 80 * MB) / 1e6
    resident.goal = Goal(f"≤ {bound:.0f} MB (memory tier + 100 bytes a response + 80 MB)", limit=bound)
    empty = peers.Larder(bench.folder / "empty", setup(bench, count))
    time.sleep(1)
    base = empty.memory()
    empty.end()
    for turn in range(max(3, bench.rounds)):
        server, after, until, store = first_hit(folder, setup(bench, count))
        time.sleep(1)
        hit.add("larder", after * 1e3)
        loaded.add("larder", until)
        each.add("larder", store["directory_bytes"] / store["responses"])
        beyond.add("larder", (server.memory() - base) / store["responses"])
        if turn == 0:
            wrk(server.port, PATH, bench.seconds * 3, pictures=count)
            resident.add("larder", server.memory() / 1e6)
        server.end()
        say(f"  start: first hit {after * 1e3:.0f} ms, loaded {until:.2f} s, {each.values['larder'][-1]:.1f} bytes a response in the "
            f"directory, {beyond.values['larder'][-1]:.1f} resident")
    try:
        drop_page_cache(3)
        server, after, until, store = first_hit(folder, setup(bench, count))
        server.end()
        cold_hit.add("larder", after * 1e3)
        cold_loaded.add("larder", until)
    except TooSmall as reason:
        row.notes.append(f"Not measured without page cache: {reason}.")
    row.figures += [hit, loaded, each, resident, beyond, cold_hit, cold_loaded]
    return row


ROWS = {"stored": stored, "start": start}
