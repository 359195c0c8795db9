"""The digest once more, row by row in plain Python, from the definition in docs/reference/digest.md."""

import hashlib
import struct
from typing import Any

from openiads.records.tables import TABLES

FORMATS = {"i4": "<i", "i8": "<q", "f8": "<d", "bool": "<?"}


def u64(n: int) -> bytes:
    return struct.pack("<Q", n)


def text(s: str) -> bytes:
    return u64(len(s.encode("utf-8"))) + s.encode("utf-8")


def oracle(rows_by_table: dict[str, list[dict[str, Any]]], recorded: dict[str, list[int]]) -> tuple[str, dict[str, str]]:
    tables = {}
    for name, rows in rows_by_table.items():
        table = TABLES[name]
        head = text("openiads-table-1") + text(name) + u64(len(table.key))
        for key in table.key:
            head += text(key)
        head += u64(len(table.columns))
        for column in table.columns:
            head += text(column.name) + text(column.kind) + (b"\1" if column.nullable else b"\0")
        whole = hashlib.sha256(head + u64(len(recorded[name])))
        for k in recorded[name]:
            mine = [row for row in rows if k == -1 or row["replication"] == k]
            mine.sort(key=lambda row: [v.encode() if isinstance(v, str) else v for v in (row[c] for c in table.key)])
            data = head + struct.pack("<q", k) + u64(len(mine))
            for column in table.columns:
                values = [row[column.name] for row in mine]
                if column.nullable:
                    data += bytes(v is not None for v in values)
                if column.kind == "str":
                    encoded = [(v or "").encode("utf-8") for v in values]
                    data += b"".join(struct.pack("<I", len(e)) for e in encoded) + b"".join(encoded)
                else:
                    data += b"".join(struct.pack(FORMATS[column.kind], 0 if v is None else v) for v in values)
            whole.update(struct.pack("<q", k) + hashlib.sha256(data).digest())
        tables[name] = whole.digest()
    ordered = [name for name in TABLES if name in tables]
    total = hashlib.sha256(text("openiads-digest-1") + u64(len(ordered)))
    for name in ordered:
        total.update(text(name) + tables[name])
    return total.hexdigest(), {name: tables[name].hex() for name in ordered}
