"""Results as JSON, Markdown and plots. The JSON holds every round; the rest is made from it."""

import dataclasses
import json
import os
import pathlib
import platform
import re
import subprocess

import plot
from figures import Curve, Figure, Goal, Row

ORDER = ("larder", "nginx", "nginx-nopush", "varnish", "trafficserver", "squid", "floor")
VERSIONS = {"nginx": ("nginx", "-v"), "varnish": ("varnishd", "-V"), "trafficserver": ("traffic_server", "-V"),
            "squid": ("squid", "-v"), "wrk": ("wrk", "-v")}


def machine():
    """What the figures depend on, in a line each."""
    processor = re.search(r"model name\s+: (.*)", pathlib.Path("/proc/cpuinfo").read_text())[1]
    memory = re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())[1]
    found = {}
    for name, command in VERSIONS.items():
        try:
            said = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"})
            version = re.search(r"\d+\.\d+(\.\d+)*", said.stdout + said.stderr)
            found[name] = version[0] if version else "unknown"
        except OSError:
            found[name] = "missing"
    return {"processor": f"{os.cpu_count()} × {processor}", "memory": f"{int(memory) / 2**20:.0f} GiB",
            "kernel": platform.release(), "versions": found}


def read(file):
    """Rows of earlier runs, by name."""
    if not file.exists():
        return {}
    rows = {}
    for name, row in json.loads(file.read_text())["rows"].items():
        row["figures"] = [Figure(**{**figure, "goal": figure["goal"] and Goal(**figure["goal"])}) for figure in row["figures"]]
        row["curves"] = [Curve(**curve) for curve in row["curves"]]
        rows[name] = Row(**row)
    return rows


def write(folder, rows, order):
    """Writes results.json, results.md and the plots of all rows, those of earlier runs included."""
    folder.mkdir(parents=True, exist_ok=True)
    about = machine()
    rows = {name: rows[name] for name in order if name in rows}
    (folder / "results.json").write_text(json.dumps(
        {"machine": about, "rows": {name: dataclasses.asdict(row) for name, row in rows.items()}}, indent=1, ensure_ascii=False,
        default=str) + "\n")
    plots = []
    for row in rows.values():
        for curve in row.curves:
            if curve.points:
                (folder / f"{curve.file}.svg").write_text(plot.lines(curve))
                plots.append((curve.file, curve.title))
    works = [(figure.work, sorted_values(figure.medians())) for row in rows.values() for figure in row.figures
             if figure.is_main and figure.unit == "µs CPU a request" and len(figure.values) > 1]
    if works:
        (folder / "cost.svg").write_text(plot.bars("CPU time a request, µs; each work to its own scale", works))
        plots.insert(0, ("cost", "CPU time a request"))
    (folder / "results.md").write_text(markdown(about, rows, plots))


def sorted_values(values):
    return {server: values[server] for server in ORDER if server in values}


def number(value):
    """Three digits that count."""
    if value == 0:
        return "0"
    return f"{value:.3g}" if 0.001 <= abs(value) < 1000 else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.1e}"


def cell(figure, server):
    if server not in figure.values:
        return ""
    medians = figure.medians()
    shown = number(medians[server])
    if len(figure.values[server]) > 1:
        shown += f" ±{figure.spread(server):.0%}"
    if server != "larder" and "larder" in medians and medians[server]:
        shown += f" · **{medians['larder'] / medians[server]:.2f}**"
    return shown


def table(figures):
    servers = [server for server in ORDER if any(server in figure.values for figure in figures)]
    lines = ["| work | figure | " + " | ".join(servers) + " | goal | met |", "| --- " * (len(servers) + 4) + "|"]
    for figure in figures:
        met = figure.goal.is_met(figure.medians()) if figure.goal else None
        cells = [figure.work, figure.unit, *(cell(figure, server) for server in servers), figure.goal.text if figure.goal else "",
                 {None: "", True: "yes", False: "**no**"}[met]]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def markdown(about, rows, plots):
    every = [figure for row in rows.values() for figure in row.figures]
    noise = sorted(figure.spread(server) for figure in every if figure.unit.startswith("µs CPU") for server in figure.values
                   if len(figure.values[server]) > 1)
    parts = ["# Results", "",
             "Written by `Benchmarks/run`; `README.md` tells how it measures. Each cell is the median of the rounds, ± half the distance "
             "between the smallest and the largest; after the dot stands larder ÷ this peer.", "",
             f"Machine: {about['processor']}, {about['memory']}, Linux {about['kernel']}. "
             + ", ".join(f"{name} {version}" for name, version in about["versions"].items()) + ".", ""]
    if noise:
        parts += [f"Noise: the CPU times of a cell lie within ±{noise[len(noise) // 2]:.0%} of their median in half of the cells, within "
                  f"±{noise[len(noise) * 9 // 10]:.0%} in nine of ten.", ""]
    parts += [table([figure for figure in every if figure.is_main]), "", "## Beside it", "",
              table([figure for figure in every if not figure.is_main]), ""]
    if plots:
        parts += ["## Plots", "", *(f"![{title}]({file}.svg)\n" for file, title in plots)]
    parts += ["## Rows", "", "| row | measured | larder | remarks |", "| --- | --- | --- | --- |"]
    for row in rows.values():
        remarks = ([f"Left out: {row.skipped}."] if row.skipped else []) + row.notes
        parts.append(f"| {row.name} | {row.date} | {row.larder} | {' '.join(remarks)} |")
    return "\n".join(parts) + "\n"
