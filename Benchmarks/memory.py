"""Memory as on a server that has run for a while: all of it in use, for the page cache keeps whatever there is room for.

A virtual machine that has just begun, or has given memory back to its host, waits for the host at the first touch of each page:
some 10 µs here, which is more than what most servers do with a page. Servers that write through the page cache would be charged
for it, those that do not would not, and everything would depend on what ran before.
"""

import mmap
import os

# What the kernel keeps free anyway, and then some: it never gets below its watermarks.
KEPT_FREE = 600 * 10**6
# Where memory is fragmented the kernel keeps more: what was read without less being free than ever before tells.
IN_VAIN = 3 * 10**9
# Of machines with more, no row uses the rest.
MOST = 64 * 10**9
PIECE = 1 << 20


def free():
    with open("/proc/meminfo") as lines:
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemFree:"))


def touch(size):
    """Has the host give memory for what is free, up to `size`. It goes on being free, and is taken first, until the kernel tells
    the host, some seconds later, that it has no use for it."""
    if size >= mmap.PAGESIZE:
        mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE).close()


class Filler:
    """A file without contents, whose pages are read once, one after the other, and then are the first to make way."""

    def __init__(self, path):
        self.file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.ftruncate(self.file, 1 << 43)
        self.position = 0

    def fill(self):
        """Leaves hardly any memory free."""
        piece, end = bytearray(PIECE), self.position + MOST
        least, least_at = free(), self.position
        while self.position < min(end, least_at + IN_VAIN) and least > KEPT_FREE:
            for _ in range(64):
                os.preadv(self.file, [piece], self.position)
                self.position += PIECE
            if (now := free()) < least:
                least, least_at = now, self.position
        # The rest is what the kernel keeps: it is taken first.
        touch(free())

    def end(self):
        os.close(self.file)
