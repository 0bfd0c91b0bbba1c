"""extract.py ARCHIVE ENTRY: one line "0 TOTAL", then the bytes of an entry of a wheel."""

import shutil
import sys
import zipfile

try:
    with zipfile.ZipFile(sys.argv[1]) as archive:
        with archive.open(sys.argv[2]) as entry:
            total = archive.getinfo(sys.argv[2]).file_size
            sys.stdout.buffer.write(f"0 {total}\n".encode())
            shutil.copyfileobj(entry, sys.stdout.buffer, 1 << 18)
            sys.stdout.buffer.flush()
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}")
