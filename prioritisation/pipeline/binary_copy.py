"""Rows between PostgreSQL and numpy in COPY's binary format, with no Python loop over rows.

Only for rows of one size: no NULLs, and arrays of one length. Format: PostgreSQL manual, COPY,
"Binary Format"; big-endian.
"""

from io import BytesIO

import numpy as np

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
TYPES = {"int2": ">i2", "int4": ">i4", "int8": ">i8", "float8": ">f8", "bool": "?"}
OIDS = {"int2": 21, "int4": 23}


def _layout(columns):
    """The dtype of one row and the constants in it. `columns`: name → type or (type, length)."""
    constants = {"columns": len(columns)}
    fields = [("columns", ">i2")]
    for name, kind in columns.items():
        if isinstance(kind, str):
            size = np.dtype(TYPES[kind]).itemsize
            fields += [(f"{name}.size", ">i4"), (name, TYPES[kind])]
            constants[f"{name}.size"] = size
            continue
        kind, length = kind
        element = np.dtype([("size", ">i4"), ("value", TYPES[kind])])
        # An empty array has no dimension.
        head = (1, 0, OIDS[kind], length, 1) if length else (0, 0, OIDS[kind])
        fields += [
            (f"{name}.size", ">i4"),
            (f"{name}.head", ">i4", len(head)),
            (name, element, length),
        ]
        constants[f"{name}.size"] = 4 * len(head) + length * element.itemsize
        constants[f"{name}.head"] = head
    return np.dtype(fields), constants


def copy_out(cursor, query, columns):
    """Rows of a SELECT without NULLs as a structured array with these columns' names."""
    layout, _ = _layout(columns)
    buffer = BytesIO()
    cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT binary)", buffer)
    data = buffer.getbuffer()
    return np.frombuffer(data[len(HEADER) : -len(TRAILER)], dtype=layout)


def copy_in(cursor, table, columns, values):
    """COPY arrays (name → array of R, or R × length) into the table's columns of these names."""
    layout, constants = _layout(columns)
    rows = np.zeros(len(next(iter(values.values()))), dtype=layout)
    for name, constant in constants.items():
        rows[name] = constant
    for name, kind in columns.items():
        if isinstance(kind, str):
            rows[name] = values[name]
        else:
            rows[name]["size"] = np.dtype(TYPES[kind[0]]).itemsize
            rows[name]["value"] = values[name]
    cursor.copy_expert(
        f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT binary)",
        BytesIO(HEADER + rows.tobytes() + TRAILER),
    )
