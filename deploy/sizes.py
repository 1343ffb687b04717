"""Prints how large each built function is, and fails unless all are there and as they should be."""

import sys
import zipfile
from io import BytesIO
from pathlib import Path

# Lambda counts in units of 1,024 (its quotas).
MOST_UNPACKED, MOST_ZIPPED = 10 * 1024 * 1024, 4.5 * 1024 * 1024
FUNCTIONS = {path.parent.name for path in Path("functions").glob("*/Cargo.toml")}
ELF_MACHINES = {62: "x86_64", 183: "arm64"}


def zipped(data):
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("bootstrap", data)
    return len(archive.getvalue())


def main(folder, architecture):
    paths = sorted(Path(folder).glob("*/bootstrap"))
    failed = len(paths) != len(FUNCTIONS)
    if failed:
        print(f"{len(paths)} of {len(FUNCTIONS)} functions were built")
    for path in paths:
        data = path.read_bytes()
        packed, stripped = zipped(data), b".symtab\0" not in data
        machine = ELF_MACHINES.get(int.from_bytes(data[18:20], "little"), "unknown")
        fits = len(data) < MOST_UNPACKED and packed < MOST_ZIPPED and stripped and machine == architecture
        failed |= not fits
        mark = "" if fits else "   <- too large, not stripped or for another processor"
        print(f"{path.parent.name:24} {machine:7} {len(data) / 1e6:6.2f} MB {packed / 1e6:6.2f} MB zipped{mark}")
    sys.exit(failed)


if __name__ == "__main__":
    main(*sys.argv[1:])
