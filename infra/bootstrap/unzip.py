"""Unzips the wanted members of a wheel: unzip.py WHEEL FOLDER PATTERN... and prints how many bytes of how many are done."""
import fnmatch
import os
import sys
import zipfile

BLOCK_BYTES = 1 << 22


def main(wheel, folder, patterns):
    with zipfile.ZipFile(wheel) as archive:
        wanted = [m for m in archive.infolist() if not m.is_dir() and any(fnmatch.fnmatch(m.filename, p) for p in patterns)]
        total = sum(member.file_size for member in wanted)
        done = 0
        for member in wanted:
            for written in extract(archive, member, folder):
                done += written
                print(done, total, flush=True)


def extract(archive, member, folder):
    path = os.path.join(folder, *[part for part in member.filename.split("/") if part not in ("", "..")])
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with archive.open(member) as source, open(path, "wb") as target:
        while block := source.read(BLOCK_BYTES):
            target.write(block)
            yield len(block)
    # zipfile drops the mode, and programs must stay executable, though not writable for all.
    os.chmod(path, (member.external_attr >> 16) & 0o755 or 0o644)


main(sys.argv[1], sys.argv[2], sys.argv[3:])
