"""Finds and transfers a package's wheel with pip's own session.

fetch.py locate REQUIREMENT   one line of JSON: url, sha256 (or null)
fetch.py transfer URL OFFSET  one line "START TOTAL" (TOTAL may be -), then the bytes from START on

pip itself cannot go on with a half-finished download; its session can, and it knows the user's
index, proxy, certificates and credentials. Exit status 3: this pip is built otherwise.
"""

import json
import logging
import sys


def command_and_options():
    from pip._internal.commands import create_command

    command = create_command("download")
    options, _ = command.parse_args(["--no-deps", "--only-binary", ":all:", "--no-cache-dir"])
    return command, options


def locate(text):
    command, options = command_and_options()
    from pip._vendor.packaging.requirements import Requirement

    requirement = Requirement(text)
    with command.main_context():
        session = command.get_default_session(options)
        finder = command._build_package_finder(options, session)
        found = finder.find_best_candidate(requirement.name, requirement.specifier).best_candidate
        if found is None:
            sys.exit(f"no wheel of {text} was found in the package index")
        link = found.link
        is_known = link.hash_name == "sha256"
        print(json.dumps({
            "url": link.url_without_fragment,
            "sha256": link.hash if is_known else None,
        }))


def transfer(url, offset):
    command, options = command_and_options()
    with command.main_context():
        session = command.get_default_session(options)
        headers = {"Accept-Encoding": "identity", "Range": f"bytes={offset}-"}
        response = session.get(url, headers=headers, stream=True)
        total = response.headers.get("Content-Range", "").rpartition("/")[2]
        length = response.headers.get("Content-Length", "")
        if response.status_code == 416 and total.isdigit():
            start, body = min(offset, int(total)), None
        elif response.status_code == 206:
            start, body = offset, response.raw
        else:
            response.raise_for_status()
            start, body, total = 0, response.raw, length
        output = sys.stdout.buffer
        output.write(f"{start} {total if total.isdigit() else '-'}\n".encode())
        while body is not None:
            chunk = body.read(1 << 18)
            if not chunk:
                break
            output.write(chunk)
            output.flush()
        output.flush()


def main():
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        if sys.argv[1] == "locate":
            locate(sys.argv[2])
        else:
            transfer(sys.argv[2], int(sys.argv[3]))
    except (ImportError, AttributeError, TypeError) as error:
        print(f"pip's session cannot be used: {error}", file=sys.stderr)
        sys.exit(3)
    except Exception as error:
        sys.exit(f"{type(error).__name__}: {error}")


main()
