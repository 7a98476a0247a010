"""The two load generators: wrk for hits over some seconds, load.c where requests are counted, paced or held."""

import json
import re
import shutil
import subprocess
import tempfile

from processes import LOAD_CORE, TooSmall, compiled, favour

UNITS = {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)([a-z]+)", text).groups()
    return float(number) * UNITS[unit]


def pinned(command, cores):
    return ["taskset", "-c", ",".join(map(str, sorted(cores))), *map(str, command)]


def wrk(port, path, seconds, connections=32, pictures=100, fields=None, cores=frozenset({LOAD_CORE})):
    """Asks for `pictures` pictures in turn. `path` has one %d. Returns requests, requests a second, and p99 in ms."""
    if not shutil.which("wrk"):
        raise TooSmall("wrk is not installed")
    before, after = path.split("%d")
    head = "".join(f"{name}: {value}\\r\\n" for name, value in {"Host": f"127.0.0.1:{port}", **(fields or {})}.items())
    head = head.replace('"', '\\"')
    # Texts are joined, not made by wrk.format: the generator must cost less than what it measures.
    script = (f'local n = 0\nlocal before, after = "GET {before}", "{after} HTTP/1.1\\r\\n{head}\\r\\n"\n'
              f"request = function()\n  n = n + 7919\n  return before .. (n % {pictures}) .. after\nend\n")
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        process = start(pinned(
            ["wrk", f"-t{len(cores)}", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s", "-s", file.name,
             f"http://127.0.0.1:{port}"], cores))
        out, said = process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"wrk failed: {said.strip()}")
    # Of the lines on the distribution: a share of 94.99% may stand above them.
    p99 = re.search(r"^ +99% +([\d.]+[a-z]+)$", out, re.MULTILINE)
    if not p99:
        raise RuntimeError(f"wrk got no answers to {path}:\n{out}{said}")
    errors = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    if errors:
        raise RuntimeError(f"{errors[1]} answers to {path} were errors:\n{out}")
    return {"requests": int(re.search(r"(\d+) requests in", out)[1]), "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]),
            "p99": milliseconds(p99[1])}


def load_command(port, path, count, connections=32, cores=frozenset({LOAD_CORE}), **options):
    """`path` has one %d. Options are those of load.c."""
    return pinned([compiled("load"), port, connections, count, path.replace("%d", "%lu"),
                   *(f"{name}={value}" for name, value in options.items())], cores)


def load(port, path, count, **options):
    """Asks `count` times; returns what load.c prints, `rate` and `p99`. An answer of another status than expected is an error."""
    return end_load(start_load(port, path, count, **options))


def start_load(port, path, count, **options):
    """The same, in the background."""
    return start(load_command(port, path, count, **options))


def end_load(process):
    """Waits for what start_load began; closing its input releases held connections."""
    out, said = process.communicate()
    return read_load(process.returncode, out, said)


def start(command):
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               start_new_session=True)
    favour(process.pid)
    return process


def read_load(status, out, said):
    if status != 0:
        raise RuntimeError(f"the load generator failed: {said.strip()}")
    result = json.loads(out)
    if result["errors"]:
        raise RuntimeError(f"{result['errors']} of {result['requests']} answers had another status than expected")
    result["p99"] = result["whole_ms"]["p99"]
    result["rate"] = result["requests"] / result["seconds"] if result["seconds"] else 0
    return result


