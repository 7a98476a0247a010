"""Rows about hits: from memory, spread over many pictures, 304 and ranges, on both cores, and against connections."""

import os

from bench import measure, say, warm, work_figures
from clients import load, start_load, wrk
from figures import Curve, Figure, Goal, Row
from peers import BY_NAME
from processes import LOAD_CORE, PROXY_CORE, TooSmall, allow_descriptors, get

MB, GB = 10**6, 10**9
NAMES = {5_000: "5 kB", 100_000: "100 kB", 1_000_000: "1 MB"}
PICTURES = 100
BOTH = frozenset({PROXY_CORE, LOAD_CORE})
FILL_SECTION = 10_000


def take_turns(bench, servers, figures, ask, **options):
    """Many short turns rather than few long ones: the machine's speed changes within minutes."""
    each_in_turn(bench, servers, lambda server: measure(server, figures, lambda: ask(server)), **options)


def each_in_turn(bench, servers, work, turns=None, writes=False):
    """`writes`: the work takes new pages for what it stores, and they are to be there for all alike."""
    for turn in range(turns or bench.turns):
        # Who begins changes, so that what drifts hits all alike.
        for server in servers[turn % len(servers):] + servers[:turn % len(servers)]:
            if writes:
                bench.fill_memory()
            work(server)


def hits(bench):
    """5 kB, 100 kB and 1 MB from memory, 304 and one range."""
    row = Row("hits")
    goals = {5_000: 0.55, 100_000: 0.85, 1_000_000: 0.80}
    with bench.servers(set(BY_NAME)) as servers:
        for size, factor in goals.items():
            path = f"/{size}/hit-%d.jpg"
            figures = work_figures(f"{NAMES[size]} hit", Goal(f"≤ {factor} × nginx", "nginx", factor))
            for server in servers:
                warm(server, path, PICTURES)
            take_turns(bench, servers, figures, lambda server: wrk(server.port, path, bench.turn_seconds, pictures=PICTURES))
            row.figures += figures
        tags = {server.name: get(server.port, "/5000/hit-1.jpg")[1].get("etag", '"none"') for server in servers}
        figures = work_figures("304 for a 5 kB picture", Goal("≤ 0.6 × nginx", "nginx", 0.6))
        for server in servers:
            status = get(server.port, "/5000/hit-1.jpg", {"If-None-Match": tags[server.name]})[0]
            if status != 304:
                raise RuntimeError(f"{server.name} answers {status} where 304 was expected")
        take_turns(bench, servers, figures, lambda server: wrk(
            server.port, "/5000/hit-%d.jpg", bench.turn_seconds, pictures=PICTURES, fields={"If-None-Match": tags[server.name]}))
        row.figures += figures
        figures = work_figures("1 kB range of a 100 kB picture", Goal("≤ 0.6 × nginx", "nginx", 0.6))
        fields = {"Range": "bytes=50000-50999"}
        for server in servers:
            status, _, body = get(server.port, "/100000/hit-1.jpg", fields)
            if (status, len(body)) != (206, 1000):
                raise RuntimeError(f"{server.name} answers {status} with {len(body)} bytes to a range")
        take_turns(bench, servers, figures, lambda server: wrk(
            server.port, "/100000/hit-%d.jpg", bench.turn_seconds, pictures=PICTURES, fields=fields))
        row.figures += figures
        memory = Figure("memory after these hits", "MB resident", is_main=False)
        for server in servers:
            memory.add(server.name, server.memory() / 1e6)
        row.figures.append(memory)
    return row


def spread(bench):
    """300,000 pictures are filled, then hits all over them with 16 MB of memory; what the next fills cost against the first."""
    row = Row("spread")
    stored = bench.count(300_000)
    section = min(FILL_SECTION, stored // 5)
    last = Figure("5 kB miss, the last of 300,000", "µs CPU a request", goal=Goal("below nginx", "nginx", 1))
    curve = Curve("fill", f"5 kB misses while {stored:,} are filled", "stored", "µs CPU a request", is_logarithmic=False)
    with bench.servers(room=30 * GB, memory=16 * MB, pictures=stored) as servers:
        for server in servers:
            costs = []
            for first in range(0, stored, section):
                before = server.cpu()
                count = min(section, stored - first)
                load(server.port, "/5000/spread-%d.jpg", count, first=first)
                costs.append((server.cpu() - before) / count * 1e6)
                curve.add(server.name, first + count, costs[-1])
            last.add(server.name, costs[-1])
            say(f"  fill: {server.name} first {costs[0]:.1f} µs, last {costs[-1]:.1f} µs")
        # What the fills have left to be written would take the disk and the cores from the first turns; what made way for it in
        # the page cache is read back.
        os.sync()
        for server in servers:
            load(server.port, "/5000/spread-%d.jpg", stored)
        figures = work_figures("5 kB hit over 300,000, memory 16 MB", Goal("≤ 0.4 × nginx", "nginx", 0.4))
        take_turns(bench, servers, figures, lambda server: wrk(
            server.port, "/5000/spread-%d.jpg", bench.turn_seconds, pictures=stored))
        row.figures += [*figures, fills_against_the_first(bench, servers, section // 2), last]
    row.curves.append(curve)
    return row


def fills_against_the_first(bench, servers, section):
    """Fills where 300,000 are stored against the same where hardly any are, in turns: two sections of one run would differ by
    what the machine's speed does in the minutes between them."""
    ratio = Figure("5 kB miss with 300,000 stored against the first thousands", "× µs CPU a request", goal=Goal("≤ 1.10", limit=1.10))
    for server in servers:
        first = type(server)(server.folder.with_name(f"{server.name}-first"), server.setup)
        try:
            costs = {server: [], first: []}
            for turn in range(-1, bench.turns):
                for each in (server, first) if turn % 2 else (first, server):
                    before = each.cpu()
                    load(each.port, f"/5000/more-{turn}-%d.jpg", section)
                    costs[each].append((each.cpu() - before) / section)
            # The very first warms up the allocators.
            for later, early in zip(costs[server][1:], costs[first][1:]):
                ratio.add(server.name, later / early)
        finally:
            first.end()
        say(f"  fill: {server.name} {ratio.medians()[server.name]:.2f} × the first")
    return ratio


def cores(bench):
    """Two loops, two workers, on both cores; the load shares them."""
    row = Row("cores")
    with bench.servers({"larder", "nginx", "trafficserver", "varnish", "floor"}, workers=2, cores=BOTH) as servers:
        for size, factor in ((5_000, 0.55), (100_000, 0.85)):
            path = f"/{size}/hit-%d.jpg"
            figures = work_figures(f"{NAMES[size]} hit, both cores", Goal(f"≤ {factor} × nginx", "nginx", factor))
            for server in servers:
                warm(server, path, PICTURES)
            take_turns(bench, servers, figures, lambda server: wrk(
                server.port, path, bench.turn_seconds, connections=64, pictures=PICTURES, cores=BOTH))
            row.figures += figures
        figures = work_figures("5 kB miss, both cores", Goal("≤ Traffic Server", "trafficserver", 1))
        turn = iter(range(10**9))
        caches = [server for server in servers if server.name != "floor"]
        take_turns(bench, caches, figures, lambda server: load(
            server.port, f"/5000/both-{next(turn)}-%d.jpg", bench.count(10_000), connections=64, cores=BOTH), writes=True)
        row.figures += figures
    return row


def connections(bench):
    """Hits over 1, 100 and 10,000 connections, and what an idle one holds."""
    row = Row("connections")
    many = 1_000 if bench.quick else 10_000
    if allow_descriptors() < many + 1_000:
        raise TooSmall(f"needs {many + 1_000} descriptors a process")
    curve = Curve("connections", "5 kB hit against connections", "connections", "µs CPU a request")
    idle = Figure(f"an idle connection of {many:,}", "bytes resident")
    with bench.servers(connections=many + 1_000) as servers:
        for server in servers:
            warm(server, "/5000/hit-%d.jpg", PICTURES)
        for number, requests in ((1, 25_000), (100, 50_000), (many, 200_000)):
            figures = work_figures(f"5 kB hit, {number:,} connections")
            take_turns(bench, servers, figures, lambda server: load(
                server.port, "/5000/hit-%d.jpg", bench.count(requests), connections=number, span=PICTURES))
            for server, value in figures[0].medians().items():
                curve.add(server, number, value)
            row.figures += figures
    # Fresh processes: memory that the hits left behind would hide what connections take.
    with bench.servers(connections=many + 1_000) as servers:
        for server in servers:
            warm(server, "/5000/hit-%d.jpg", PICTURES)
            before = server.memory()
            held = start_load(server.port, "/5000/hit-%d.jpg", many, connections=many, span=PICTURES, hold=1)
            line = held.stdout.readline()
            after = server.memory()
            held.stdin.close()
            held.wait(60)
            if not line:
                raise RuntimeError(f"{many} connections to {server.name}: {held.stderr.read().strip()}")
            idle.add(server.name, (after - before) / many)
    row.figures.append(idle)
    row.curves.append(curve)
    return row


ROWS = {"hits": hits, "spread": spread, "cores": cores, "connections": connections}
