"""Rows about misses: what one costs, and 500 clients that ask for the same new picture."""

import itertools
import time

from bench import measure, say, work_figures
from clients import load
from figures import Figure, Goal, Row
from origin import SlowOrigin
from rows_hits import NAMES, each_in_turn

CLIENTS = 500
CONNECTIONS = 32
# Of each server, each time it is started.
TURNS = 2


def misses(bench):
    """5 kB and 100 kB, each picture once."""
    row = Row("misses")
    for size, count in ((5_000, bench.count(30_000)), (100_000, bench.count(3_000))):
        # Room for what one start stores: nothing is evicted.
        disk = max(2 * 10**9, size * count * (TURNS + 1) * 3 // 2)
        figures = work_figures(f"{NAMES[size]} miss", Goal("≤ Traffic Server", "trafficserver", 1))
        stored = Figure(f"{NAMES[size]} miss", "share stored", is_main=False)
        turn = itertools.count()

        def ask(server):
            path = f"/{size}/miss-{next(turn)}-%d.jpg"
            measure(server, figures, lambda: load(server.port, path, count, connections=CONNECTIONS))
            stored.add(server.name, share_stored(bench, server, path, count))

        # Where a process has its memory and its files makes a tenth, for as long as it runs: each is started several times.
        for start in range(bench.rounds):
            with bench.servers(room=disk * 6, first=start, disk=disk) as servers:
                for server in servers:
                    load(server.port, f"/{size}/first-%d.jpg", count // 2, connections=CONNECTIONS)
                each_in_turn(bench, servers, ask, turns=TURNS, writes=True)
        row.figures += [*figures, stored]
    return row


def share_stored(bench, server, path, count):
    """How many of the pictures just asked for are hits now: what a server leaves out when it is busy saves it time."""
    # What is written behind the answers gets its time.
    time.sleep(1)
    sample = min(count, 1000)
    before = bench.origin.asked()
    load(server.port, path, sample, span=count, scatter=1)
    # The origin is asked for its count, too.
    return 1 - (bench.origin.asked() - before - 1) / sample


def crowd(bench):
    """500 clients ask for one new picture at once; the origin takes 300 ms."""
    row = Row("crowd")
    work = f"{CLIENTS} clients, one new picture, origin takes 300 ms"
    typical = Figure(work, "ms to first byte, median", goal=Goal("≤ 330 ms", limit=330))
    worst = Figure(work, "ms to first byte, worst", is_main=False)
    asked = Figure(work, "origin requests", goal=Goal("1", limit=1))
    slow = SlowOrigin(bench.folder / "slow")
    with bench.servers(origin=slow.port) as servers:
        for turn in range(max(3, bench.rounds)):
            for server in servers:
                before = slow.asked()
                result = load(server.port, f"/crowd-{turn}-%d.jpg", CLIENTS, connections=CLIENTS, span=1)
                typical.add(server.name, result["first_byte_ms"]["median"])
                worst.add(server.name, result["first_byte_ms"]["worst"])
                asked.add(server.name, slow.asked() - before)
    slow.end()
    for server, value in typical.medians().items():
        say(f"  crowd: {server} median {value:.0f} ms, worst {worst.medians()[server]:.0f} ms, {asked.medians()[server]:.0f} asked")
    row.figures += [typical, worst, asked]
    return row


ROWS = {"misses": misses, "crowd": crowd}
