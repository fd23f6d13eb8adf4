#!/usr/bin/env python3
"""Fetches the film data that Marquee starts with.

    scripts/fetch-data.py [FOLDER]      (default: data/raw)

The last line on standard output is the path to give to `marquee import`; all else goes to standard error.

1. MARQUEE_DATASET=/path/to/zip-or-folder, if it is set: nothing is fetched.
2. What an earlier run left in the folder.
3. MovieLens latest-small, from its own site.
4. Where that is out of reach: MovieLens 100K, as it ships inside the Python package recbole.

The data is GroupLens' and may not be redistributed: https://files.grouplens.org/datasets/movielens/
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

NAME = "ml-latest-small"
URL = f"https://files.grouplens.org/datasets/movielens/{NAME}.zip"
CONNECT_SECONDS = 10
DOWNLOAD_SECONDS = 120
MOST_BYTES = 64 << 20

PACKAGE = "recbole==1.2.1"
PACKAGE_SECONDS = 300
PACKAGE_FOLDER = "recbole/dataset_example/ml-100k/"
PACKAGE_FILES = ("ml-100k.inter", "ml-100k.item")


class NotFetched(Exception):
    """Why one of the ways did not work, for a person."""


def say(text):
    print(f"fetch-data: {text}", file=sys.stderr, flush=True)


def check_zip(path, *needed):
    """Opens the zip file and checks every sum in it."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            damaged = archive.testzip()
    except (OSError, EOFError, ValueError, zipfile.BadZipFile) as error:
        raise NotFetched(f"{path} is not a whole zip file ({error})") from error
    if damaged:
        raise NotFetched(f"{damaged} in {path} is damaged")
    for name in needed:
        if name not in names:
            raise NotFetched(f"{path} has no {name}")


def check_latest_small(path):
    check_zip(path, f"{NAME}/movies.csv", f"{NAME}/ratings.csv")


def fetch_latest_small(folder):
    say(f"fetching MovieLens latest-small (1 MB) from {URL}")
    target = folder / f"{NAME}.zip"
    part = folder / f"{NAME}.zip.part"
    until = time.monotonic() + DOWNLOAD_SECONDS
    try:
        with urllib.request.urlopen(URL, timeout=CONNECT_SECONDS) as answer, part.open("wb") as out:
            while block := answer.read(1 << 16):
                out.write(block)
                if time.monotonic() > until:
                    raise NotFetched(f"it took longer than {DOWNLOAD_SECONDS} s")
                if out.tell() > MOST_BYTES:
                    raise NotFetched("what came is far larger than the data set")
        check_latest_small(part)
        part.replace(target)
    # OSError: no such host, refused, timed out, an HTTP error, a full disk; the others: an answer that is no HTTP.
    except (OSError, ValueError, urllib.error.URLError) as error:
        raise NotFetched(str(getattr(error, "reason", error))) from error
    finally:
        part.unlink(missing_ok=True)
    return target


def fetch_from_package(folder):
    say(f"taking MovieLens 100K out of the Python package {PACKAGE} instead (2 MB; 943 viewers, films until 1998)")
    with tempfile.TemporaryDirectory(dir=folder, prefix="fetching-") as name:
        scratch = Path(name)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
                   "--disable-pip-version-check", "--dest", str(scratch), PACKAGE]
        try:
            run = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                 timeout=PACKAGE_SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            raise NotFetched(f"pip took longer than {PACKAGE_SECONDS} s") from error
        if run.returncode != 0:
            raise NotFetched((run.stderr.strip().splitlines() or ["pip failed"])[-1])
        wheel = next(scratch.glob("*.whl"), None)
        if wheel is None:
            raise NotFetched("pip brought no wheel")
        check_zip(wheel, *(PACKAGE_FOLDER + file for file in PACKAGE_FILES))

        made = scratch / "ml-100k"
        made.mkdir()
        with zipfile.ZipFile(wheel) as archive:
            for file in PACKAGE_FILES:
                with archive.open(PACKAGE_FOLDER + file) as inside, (made / file).open("wb") as out:
                    shutil.copyfileobj(inside, out)
        target = folder / "ml-100k"
        shutil.rmtree(target, ignore_errors=True)
        made.replace(target)
    return target


def already_there(folder):
    archive = folder / f"{NAME}.zip"
    if archive.exists():
        try:
            check_latest_small(archive)
            return archive
        except NotFetched as problem:
            say(f"{problem}: fetching it again")
            archive.unlink()
    unpacked = folder / "ml-100k"
    if all((unpacked / file).is_file() for file in PACKAGE_FILES):
        return unpacked
    return None


def find(folder):
    chosen = os.environ.get("MARQUEE_DATASET")
    if chosen:
        path = Path(chosen)
        if not path.exists():
            sys.exit(f"fetch-data: MARQUEE_DATASET is {chosen}, and there is nothing at that path")
        if path.is_file():
            check_zip(path)
        say(f"MARQUEE_DATASET names the data: {path}")
        return path

    folder.mkdir(parents=True, exist_ok=True)
    there = already_there(folder)
    if there:
        say(f"{there} is there already")
        return there
    try:
        return fetch_latest_small(folder)
    except NotFetched as problem:
        say(f"the MovieLens site is out of reach or gave no whole file: {problem}")
    return fetch_from_package(folder)


def main():
    if len(sys.argv) > 2 or (len(sys.argv) == 2 and sys.argv[1].startswith("-")):
        sys.exit(__doc__.strip())
    # A stopped run cleans up after itself as a finished one does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(sys.argv[1] if len(sys.argv) == 2 else "data/raw")
    try:
        found = find(folder)
    except NotFetched as problem:
        sys.exit(f"fetch-data: no film data: {problem}\n"
                 f"Download a MovieLens zip file by hand (any edition, for instance {URL})\n"
                 f"and say where it is: MARQUEE_DATASET=/path/to/{NAME}.zip")
    except OSError as problem:
        sys.exit(f"fetch-data: cannot write to {folder}: {problem}")
    except KeyboardInterrupt:
        sys.exit(130)
    print(found)


if __name__ == "__main__":
    main()
