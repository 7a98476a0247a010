"""The origins: an nginx that has every picture there could be, and one that takes its time.

/SIZE/anything.jpg is SIZE bytes long; /mix/…D.jpg is 5 to 60 kB long, by its last digit D.
"""

import sys

from processes import LOAD_CORE, Process, answers, free_port, get

SIZES = (1_000, 5_000, 20_000, 100_000, 1_000_000)
MIX = (5_000, 8_000, 12_000, 17_000, 23_000, 30_000, 37_000, 44_000, 52_000, 60_000)
SLOW_SECONDS = 0.3


def picture(size):
    """Bytes that no compression helps, the same each time."""
    block, state = bytearray(), size
    while len(block) < min(size, 65_536):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        block += state.to_bytes(8, "little")
    return bytes((block * (size // len(block) + 1))[:size])


def nginx_configuration(folder, workers, http, connections=4096, more="", nopush="off"):
    """What every nginx of a run has in common.

    `tcp_nopush` saves nginx a packet of a small picture, and on loopback makes it wait 40 ms within a larger one.
    """
    kept = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "fastcgi", "uwsgi", "scgi", "proxy"))
    return (f"user root; daemon off; worker_processes {workers}; pid {folder}/pid; error_log {folder}/error.log crit; {more}\n"
            f"events {{ worker_connections {connections}; multi_accept on; }}\n"
            f"http {{ access_log off; sendfile on; tcp_nopush {nopush}; keepalive_requests 100000000; keepalive_timeout 600s; {kept}\n"
            f"{http}\n}}\n")


class Origin:
    """Static files that stay in the page cache; costs little on the load's core."""

    def __init__(self, folder, cores=frozenset({LOAD_CORE})):
        folder.mkdir()
        site = folder / "site"
        site.mkdir()
        for size in {*SIZES, *MIX}:
            (site / f"{size}.jpg").write_bytes(picture(size))
        self.port = free_port()
        places = "location = /asked { stub_status; }\n"
        places += "".join(f"location /{size}/ {{ rewrite ^ /{size}.jpg break; }}\n" for size in SIZES)
        places += "".join(f"location ~ ^/mix/.*{digit}\\.jpg$ {{ rewrite ^ /{size}.jpg break; }}\n" for digit, size in enumerate(MIX))
        (folder / "nginx.conf").write_text(nginx_configuration(
            folder, 1, "types { image/jpeg jpg; } open_file_cache max=100 inactive=1d;\n"
            f"server {{ listen 127.0.0.1:{self.port} backlog=4096; root {site}; expires 30d;\n{places}}}"))
        self.process = Process(["nginx", "-p", folder, "-c", folder / "nginx.conf"], cores, folder / "out.log")
        self.process.wait_until(lambda: answers(self.port))

    def asked(self):
        """Requests until now, this one left out."""
        return int(get(self.port, "/asked")[2].split()[9]) - 1

    def end(self):
        self.process.end()


class SlowOrigin:
    """This file run as a program: 300 ms to the first byte of each answer; counts what it is asked."""

    def __init__(self, folder):
        folder.mkdir()
        self.port = free_port()
        self.process = Process([sys.executable, __file__, str(self.port)], {LOAD_CORE}, folder / "out.log")
        self.process.wait_until(lambda: answers(self.port, "/asked"))

    def asked(self):
        return int(get(self.port, "/asked")[2])

    def end(self):
        self.process.end()


def serve_slowly(port):
    import asyncio

    body, count = picture(20_000), 0

    async def serve(reader, writer):
        nonlocal count
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                if head.startswith(b"GET /asked "):
                    content = str(count).encode()
                else:
                    count += 1
                    content = body
                    await asyncio.sleep(SLOW_SECONDS)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nCache-Control: max-age=3600\r\n"
                             b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def run():
        server = await asyncio.start_server(serve, "127.0.0.1", port, backlog=4096)
        await server.serve_forever()

    asyncio.run(run())


if __name__ == "__main__":
    serve_slowly(int(sys.argv[1]))
