"""What the measuring scripts share: processes that are started, measured and stopped together, and the load."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
MARQUEE = ROOT / "target" / "release" / "marquee"


def say(text):
    print(text, file=sys.stderr, flush=True)


def free_port():
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return any_port.getsockname()[1]


def wait_for(url, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return answer.read()
        except OSError as error:
            if getattr(error, "code", None):
                return b""
            time.sleep(0.1)
    sys.exit(f"{pathlib.Path(sys.argv[0]).name}: nothing answers at {url}")


class Processes:
    """Some processes with all their children, started together, measured together, stopped together."""

    def __init__(self):
        self.started = []

    def start(self, command, **more):
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.started.append(subprocess.Popen(command, start_new_session=True, **{**quiet, **more}))

    def memory(self):
        """Megabytes that are theirs: shared pages are counted in parts (PSS), so a forked child costs what it changed."""
        groups = {process.pid for process in self.started}
        total = 0
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if os.getpgid(int(folder.name)) in groups:
                    rollup = (folder / "smaps_rollup").read_text()
                    total += int(rollup.split("\nPss:")[1].split()[0])
            except (OSError, IndexError):
                continue
        return total / 1024

    def stop(self):
        for process in reversed(self.started):
            try:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(15)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.started = []


def popular_films(url):
    """Ids of films that visitors of the load like, as the load generator takes them."""
    return ",".join(str(film["id"]) for film in json.loads(wait_for(f"{url}/api/predict?liked=&n=200")))


def bench_program(name):
    """One of the server's benches, compiled by cargo if it is not there."""
    built = subprocess.run(
        ["cargo", "bench", "--locked", "--no-run", "-p", "server", "--bench", name, "--message-format", "json"],
        cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
    )
    for line in built.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message.get("target", {}).get("name") == name:
            return message["executable"]
    sys.exit(f"{pathlib.Path(sys.argv[0]).name}: cargo built no bench {name}")


def load_program():
    """The load generator."""
    return bench_program("load")


def marquee_environment():
    """Ours without settings of whoever runs this."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MARQUEE_")}
