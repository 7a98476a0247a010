"""A run: its scale, its folders, the servers it has started, and how rounds take turns."""

import contextlib
import os
import shutil
import sys

import peers
from clients import load
from figures import Figure
from filesystem import FileSystem, clean_up, drop_page_cache
from memory import Filler
from origin import Origin
from processes import TooSmall, end_all

# Between the pictures that are warmed and those that are asked for first in the measurement.
WARMING = 2


class Bench:
    """`quick` makes everything smaller; `kept` is a folder for what is expensive to make and may be used again."""

    def __init__(self, folder, rounds, seconds, quick, only):
        self.rounds, self.seconds, self.quick, self.only = rounds, seconds, quick, only
        folder.mkdir(parents=True, exist_ok=True)
        clean_up(folder)
        self.kept = folder / "kept"
        self.folder = folder / f"run-{os.getpid()}"
        self.folder.mkdir()
        self.is_fresh = True
        self.filler = Filler(self.folder / "filler")
        self.origin = Origin(self.folder / "origin")

    @property
    def turns(self):
        """Of rows that measure twice a round."""
        return self.rounds * 2

    @property
    def turn_seconds(self):
        return max(1, self.seconds * 2 // 3)

    def count(self, number):
        """How many pictures or requests: a hundredth in a quick run, but not fewer than 500."""
        return max(500, number // 100) if self.quick else number

    def drop_page_cache(self):
        """Nothing of what the servers store is in the page cache then; memory is in use all the same."""
        drop_page_cache()
        self.fill_memory()

    def fill_memory(self):
        """Has memory in use, as `memory` tells; next to nothing where it is."""
        if not self.quick:
            self.filler.fill()

    def need_space(self, size):
        """Leaves the row out where the disk has no room for it."""
        free = shutil.disk_usage(self.folder).free
        if free < size + 2e9:
            raise TooSmall(f"needs {size / 1e9:.0f} GB of free disk, has {free / 1e9:.0f}")

    def wanted(self, names, first):
        """What `servers` starts, in that order."""
        wanted = [server for server in peers.ALL + peers.EXTRA
                  if (server.name in names if names else server in peers.ALL) and (not self.only or server.name in self.only)]
        turned = first % max(1, len(wanted))
        return wanted[turned:] + wanted[:turned]

    @contextlib.contextmanager
    def servers(self, names=None, room=20 * 10**9, first=0, **setup):
        """Starts those servers, with the same setup, on a fresh file system of `room` bytes; ends them and removes all of it.

        Servers that are not installed are left out. `first`, a number, changes which of them starts first.
        """
        running, setup = [], peers.Setup(**{"origin": self.origin.port, **setup})
        room = 8 * 10**9 if self.quick else room
        self.need_space(room)
        disk = FileSystem(self.folder, room)
        self.is_fresh = disk.is_own
        self.fill_memory()
        try:
            for server in self.wanted(names, first):
                try:
                    running.append(server(disk.folder / server.name, setup))
                except TooSmall as reason:
                    say(f"without {server.name}: {reason}")
            yield running
        finally:
            for server in running:
                server.end()
            disk.end()

    def end(self):
        end_all()
        self.filler.end()
        shutil.rmtree(self.folder, ignore_errors=True)


def say(text):
    print(text, file=sys.stderr, flush=True)


def warm(server, path, pictures, **options):
    """Has the pictures stored, and in memory where they fit."""
    for _ in range(WARMING):
        load(server.port, path, pictures, **options)


def work_figures(work, goal=None, rate="requests a second"):
    """CPU time, throughput and p99 of one kind of work."""
    return (Figure(work, "µs CPU a request", goal=goal), Figure(work, rate, is_main=False), Figure(work, "ms p99", is_main=False))


def measure(server, figures, ask):
    """Runs `ask`, and adds to the three figures what it cost and gave."""
    before = server.cpu()
    result = ask()
    cost = (server.cpu() - before) / result["requests"] * 1e6
    for figure, value in zip(figures, (cost, result["rate"], result["p99"])):
        figure.add(server.name, value)
    say(f"  {figures[0].work}: {server.name} {cost:.1f} µs, {result['rate']:.0f}/s, p99 {result['p99']:.2f} ms")
