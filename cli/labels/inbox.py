"""Files of labels that somebody dropped into the lake's bucket, whoever may do nothing else: taken one by one, and then away.

A file that cannot be used stays, and says why; one that was told is deleted after its receipt is written. Interrupted in between,
it is told again, which changes nothing.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from cli.data.upload import keys_below
from cli.errors import InputError
from cli.labels.reading import Asked
from cli.labels.settling import settle
from cli.screen import Screen
from cli.target import Target
from greenfraud.canonical import sha256_hex

INBOX = "inbox/labels/"


def take_dropped(target: Target, screen: Screen, asked: Asked, receipts: Path) -> dict[str, int]:
    """Return the counts of all files together; receipts are written into a folder. InputError at the end names files that stay."""
    s3, bucket = target.client("s3"), target.outputs["LakeBucket"]
    total, left = {"files": 0}, []
    receipts.mkdir(parents=True, exist_ok=True)
    for key in keys_below(s3, bucket, INBOX):
        name = _name_of(key)
        if not name:
            continue  # a folder, as the console makes one
        screen.line(f"dropped: {name}")
        try:
            tag = s3.head_object(Bucket=bucket, Key=key)["ETag"]
            told = sha256_hex(f"{key} {tag}")[:8]  # files of one name, today and tomorrow, have a receipt each
            counts = _taken(target, screen, key, (asked, receipts / f"{name}.{told}.receipt.csv"))
        except InputError as error:
            left.append(f"{name}: {error}")
            continue
        if s3.head_object(Bucket=bucket, Key=key)["ETag"] != tag:
            left.append(f"{name}: another file came under its name meanwhile; run the command again")
            continue
        s3.delete_object(Bucket=bucket, Key=key)
        total = {word: total.get(word, 0) + count for word, count in {**dict.fromkeys(total, 0), **counts, "files": 1}.items()}
    if left:
        raise InputError(f"{len(left)} files stay in s3://{bucket}/{INBOX}: " + "; ".join(left))
    return total


def _name_of(key: str) -> str:
    """What a dropped file is called here: in one folder, and nothing in it that a terminal obeys."""
    name = key.removeprefix(INBOX).replace("/", "-")
    return "".join(one if one.isprintable() else "?" for one in name)


def _taken(target: Target, screen: Screen, key: str, how: tuple[Asked, Path]) -> dict[str, int]:
    with tempfile.TemporaryDirectory(prefix="greenfraud-labels-") as folder:
        file = Path(folder) / "dropped"  # whoever names keys names no file of ours
        target.client("s3").download_file(target.outputs["LakeBucket"], key, str(file))
        return settle(target, screen, file, *how)
