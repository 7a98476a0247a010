"""Rows about the disk: cold reads, memory hits beside them, and eviction under a flood of new pictures."""

import contextlib
import dataclasses
import threading
import time

from bench import say, warm
from clients import end_load, load, start_load
from figures import Figure, Goal, Row
from filesystem import Disk
from origin import MIX
from processes import folder_bytes

MB, GB = 10**6, 10**9
SERVERS = {"larder", "nginx"}
HOT = 100
READERS = 64
FLOOD_RATE, HIT_RATE = 1_500, 1_000
AVERAGE = sum(MIX) // len(MIX)


def cold(bench):
    """300,000 pictures of 5 to 60 kB read without page cache, each once; then memory hits while that goes on."""
    row = Row("cold")
    stored, reads = bench.count(300_000), bench.count(30_000)
    work = "cold read, 300,000 pictures of 5–60 kB"
    per_hit = Figure(work, "disk reads a hit", goal=Goal("≤ 1.05", limit=1.05))
    rate = Figure(work, "hits a second", goal=Goal("≥ 1.5 × nginx", "nginx", 1.5, least=True))
    volume = Figure(work, "kB read from disk a hit", is_main=False)
    cost = Figure(work, "µs CPU a request", is_main=False)
    p99 = Figure(work, "ms p99", is_main=False)
    disk_size = max(2 * GB, stored * AVERAGE * 3 // 2)
    with bench.servers(SERVERS, room=disk_size * 5 // 2, disk=disk_size, memory=16 * MB, pictures=stored, reads_disk=True) as servers:
        disk = Disk(servers[0].folder)
        for server in servers:
            # Twice: what the disk could not keep up with the first time is stored then.
            warm(server, "/mix/cold-%d.jpg", stored)
            say(f"  cold: {server.name} has {stored:,} pictures")
        for turn in range(bench.rounds):
            # Once for all: no server reads what another stores.
            bench.drop_page_cache()
            for server in servers:
                before, cpu = disk.read(), server.cpu()
                # Each turn reads pictures that no turn before has, so that none is in a memory tier.
                result = load(server.port, "/mix/cold-%d.jpg", reads, connections=READERS, first=0, span=stored, scatter=1,
                              skip=turn * reads % stored, seconds=60)
                after, count = disk.read(), result["requests"]
                per_hit.add(server.name, (after[0] - before[0]) / count)
                volume.add(server.name, (after[1] - before[1]) / count / 1e3)
                rate.add(server.name, result["rate"])
                cost.add(server.name, (server.cpu() - cpu) / count * 1e6)
                p99.add(server.name, result["p99"])
                say(f"  cold: {server.name} {per_hit.values[server.name][-1]:.2f} reads a hit, {result['rate']:.0f} hits/s")
        beside = hits_beside_cold_reads(bench, servers, disk, stored, row)
    row.figures += [per_hit, rate, *beside, volume, cost, p99]
    return row


def hits_beside_cold_reads(bench, servers, disk, stored, row):
    """The p99 of paced hits on pictures in memory, alone and while others' cold reads keep the disk busy."""
    alone = Figure("memory hits, disk idle", "ms p99", is_main=False)
    beside = Figure("memory hits while the disk is saturated by cold reads", "ms p99", goal=Goal("≤ 5 ms", limit=5))
    busy = []
    for server in servers:
        warm(server, "/5000/hot-%d.jpg", HOT)
    hits = {"connections": 16, "span": HOT, "rate": HIT_RATE, "ahead": 1}
    for turn in range(bench.rounds):
        for server in servers:
            alone.add(server.name, load(server.port, "/5000/hot-%d.jpg", HIT_RATE * bench.seconds, **hits)["p99"])
        bench.drop_page_cache()
        for server in servers:
            warm(server, "/5000/hot-%d.jpg", HOT)
            reads = start_load(server.port, "/mix/cold-%d.jpg", 10**7, connections=READERS, span=stored, scatter=1,
                               skip=turn * 977, seconds=bench.seconds + 1)
            time.sleep(0.5)
            before, began = disk.read(), time.monotonic()
            beside.add(server.name, load(server.port, "/5000/hot-%d.jpg", HIT_RATE * bench.seconds, **hits)["p99"])
            busy.append((disk.read()[2] - before[2]) / (time.monotonic() - began))
            end_load(reads)
            say(f"  hits beside cold reads: {server.name} p99 {beside.values[server.name][-1]:.2f} ms, disk busy {busy[-1]:.0%}")
    if busy:
        row.notes.append(f"While hits ran beside cold reads the disk was busy {min(busy):.0%} to {max(busy):.0%} of the time.")
    return alone, beside


class Sampler(threading.Thread):
    """The most that a folder takes on disk while this runs."""

    def __init__(self, folder):
        super().__init__(daemon=True)
        self.folder, self.most, self.samples, self.stopping = folder, 0, 0, threading.Event()

    def run(self):
        while not self.stopping.wait(0.1):
            self.most = max(self.most, folder_bytes(self.folder))
            self.samples += 1

    def stop(self):
        self.stopping.set()
        self.join()
        return self.most


def eviction(bench):
    """New pictures without end, with room for all and with room for few: disk use, and the p99 of hits beside.

    In turns: what the machine does in the minutes between two setups is more than what eviction does to a p99.
    """
    row = Row("eviction")
    small = bench.count(500) * MB // (5 if bench.quick else 1)
    most = Figure("flood of new pictures", "most on disk, share of max_size", goal=Goal("≤ 1", limit=1))
    ratio = Figure("flood of new pictures", "hit p99 with eviction ÷ without", goal=Goal("≤ 2", limit=2))
    p99 = {True: Figure("hits beside the flood, with eviction", "ms p99", is_main=False),
           False: Figure("hits beside the flood, without eviction", "ms p99", is_main=False)}
    cost = {True: Figure("5–60 kB miss, with eviction", "µs CPU a request", is_main=False),
            False: Figure("5–60 kB miss, without eviction", "µs CPU a request", is_main=False)}
    filling = small // AVERAGE * 3 // 2
    with bench.servers(SERVERS, disk=20 * GB, memory=64 * MB if not bench.quick else 16 * MB) as roomy, contextlib.ExitStack() as ends:
        pairs = []
        for server in roomy:
            full = type(server)(server.folder.with_name(f"{server.name}-full"), dataclasses.replace(server.setup, disk=small))
            ends.callback(full.end)
            pairs.append({False: server, True: full})
            for evicts, each in pairs[-1].items():
                found = fill(each, filling, cost[evicts], row.notes if evicts else [])
                warm(each, "/5000/hot-%d.jpg", HOT)
            most.add(server.name, found / small)
        # A p99 is sixty hits a turn: it takes more turns than a mean does.
        for turn in range(bench.turns):
            for pair in pairs:
                bench.fill_memory()
                for evicts in (True, False) if turn % 2 else (False, True):
                    p99[evicts].add(pair[evicts].name, hits_beside_flood(bench, pair[evicts], turn))
                name = pair[False].name
                ratio.add(name, p99[True].values[name][-1] / p99[False].values[name][-1])
                say(f"  eviction: {name} hit p99 {p99[True].values[name][-1]:.2f} ms, without {p99[False].values[name][-1]:.2f}")
    row.figures += [most, ratio, *p99.values(), *cost.values()]
    return row


def fill(server, count, cost, notes):
    """Has more pictures stored than there is room for; the most bytes they took on disk meanwhile."""
    sampler = Sampler(server.cache)
    sampler.start()
    before = server.cpu()
    load(server.port, "/mix/flood-%d.jpg", count, seconds=60)
    cost.add(server.name, (server.cpu() - before) / count * 1e6)
    # What works behind the answers, such as nginx's cache manager, gets its time.
    time.sleep(2)
    found = sampler.stop()
    notes.append(f"{server.name}: {sampler.samples} samples of disk use, the most {found / 1e6:.0f} MB of "
                 f"{server.setup.disk / 1e6:.0f} MB.")
    return found


def hits_beside_flood(bench, server, turn):
    flood = start_load(server.port, f"/mix/flood-{turn}-%d.jpg", 10**7, connections=16, rate=FLOOD_RATE, seconds=bench.seconds * 2 + 1)
    time.sleep(0.5)
    try:
        return load(server.port, "/5000/hot-%d.jpg", HIT_RATE * bench.seconds * 2, connections=16, span=HOT, rate=HIT_RATE,
                    ahead=1)["p99"]
    finally:
        end_load(flood)


ROWS = {"cold": cold, "eviction": eviction}
