"""The larder that is measured: which binary, and what it is called in the results."""

import hashlib
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]


def larder_program():
    """The binary to measure, as an absolute path."""
    if "LARDER" in os.environ:
        program = pathlib.Path(os.environ["LARDER"]).resolve()
    else:
        subprocess.run(["make", "-C", ROOT, "build"], check=True, stdout=sys.stderr)
        shown = subprocess.run(["make", "-C", ROOT, "--silent", "show-binary"], check=True, capture_output=True, text=True)
        program = pathlib.Path(shown.stdout.strip())
    if not os.access(program, os.X_OK):
        sys.exit(f"no program at {program}")
    return program


def name_of(program):
    """Version and the beginning of the hash, which tells two builds of one version apart."""
    version = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    return f"{version} ({hashlib.sha256(program.read_bytes()).hexdigest()[:8]})"
