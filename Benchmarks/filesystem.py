"""A fresh ext4 for each row, in one large file: what rows before have written and removed changes nothing for the next.

Without it figures drift: an ext4 without journal, for one, makes new files costly for minutes after others were removed.
It also has counters of its own in /proc/diskstats, which nothing else on the machine touches. Where mounting is not
allowed, a plain folder takes its place, and the results say so.
"""

import os
import pathlib
import shutil
import subprocess

from processes import TooSmall


def call(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout.strip()


class FileSystem:
    """Mounted under `folder` until `end`. Direct reads and writes: the page cache holds nothing twice."""

    def __init__(self, folder, size):
        self.folder, self.image, self.device = pathlib.Path(folder) / "disk", pathlib.Path(folder) / "disk.img", None
        self.folder.mkdir()
        try:
            with open(self.image, "wb") as file:
                os.posix_fallocate(file.fileno(), 0, size)
            call("mkfs.ext4", "-q", "-F", "-m", "0", "-E", "lazy_itable_init=1,lazy_journal_init=1,nodiscard", self.image)
            self.device = call("losetup", "--find", "--show", "--direct-io=on", self.image)
            call("mount", "-o", "noinit_itable", self.device, self.folder)
            self.is_own = True
        except (OSError, subprocess.CalledProcessError):
            self.release()
            self.is_own = False
        # Servers that do not run as root must reach their folders.
        self.folder.chmod(0o755)

    def release(self):
        if self.device:
            subprocess.run(["losetup", "--detach", self.device], check=False)
        self.image.unlink(missing_ok=True)
        self.device = None

    def end(self):
        if self.is_own:
            call("umount", self.folder)
            self.release()
        shutil.rmtree(self.folder, ignore_errors=True)


def clean_up(folder):
    """Unmounts and removes what a run under `folder` left behind that was killed."""
    root = str(folder.resolve())
    mounted = [line.split()[:2] for line in pathlib.Path("/proc/mounts").read_text().splitlines()]
    for device, place in mounted:
        if place.startswith(root + "/") and not lives(pathlib.Path(place)):
            subprocess.run(["umount", place], check=False)
            subprocess.run(["losetup", "--detach", device], check=False)
    for old in folder.glob("run-*"):
        if not lives(old / "disk"):
            shutil.rmtree(old, ignore_errors=True)


def lives(place):
    """Whether the run that made the folder is still there; its name ends with the run's pid."""
    run = next((part for part in place.parts if part.startswith("run-")), "")
    return os.path.exists(f"/proc/{run.rpartition('-')[2]}")


class Disk:
    """The counters of the disk that has a folder (/proc/diskstats)."""

    def __init__(self, folder):
        device = os.stat(folder).st_dev
        self.name = [str(os.major(device)), str(os.minor(device))]
        self.read()

    def read(self):
        """Reads, bytes read, seconds busy, since the machine started."""
        for line in pathlib.Path("/proc/diskstats").read_text().splitlines():
            fields = line.split()
            if fields[:2] == self.name:
                return int(fields[3]), int(fields[5]) * 512, int(fields[12]) / 1e3
        raise TooSmall("the disk of the folder has no line in /proc/diskstats")


def drop_page_cache(what=1):
    """Writes back and forgets what the kernel has of files: 1 contents, 3 also inodes and directories."""
    os.sync()
    try:
        pathlib.Path("/proc/sys/vm/drop_caches").write_text(str(what))
    except OSError as error:
        raise TooSmall(f"cannot drop the page cache: {error.strerror}") from None
