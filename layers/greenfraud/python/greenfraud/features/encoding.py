"""Feast's bytes: the values, keys and timestamps of a Feast 0.67 DynamoDB online store, without Feast.

A value is the protobuf message feast.types.Value: int64 is field 4, Int64List field 14 with packed varints; a null
is an empty message. Negative numbers are 64-bit two's complement, as protobuf's int64 is.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import mmh3

from greenfraud.errors import ContractError
from greenfraud.instants import to_datetime

NULL = b""
_INT64_TAG = 0x20
_INT64_LIST_TAG = 0x72
_PACKED_TAG = 0x0A
_STRING_TYPE = 2
_MASK = (1 << 64) - 1
_SIGN = 1 << 63


def encode_int64(value: int | None) -> bytes:
    """Return a Value holding one int64, or the null.

    >>> encode_int64(300).hex(), encode_int64(None)
    ('20ac02', b'')
    """
    return NULL if value is None else bytes((_INT64_TAG,)) + _varint(value)


def decode_int64(content: bytes) -> int | None:
    """Return the int64 of a Value, None for the null. Raises ContractError for any other value."""
    if not content:
        return None
    if content[0] != _INT64_TAG:
        raise ContractError(f"expected an int64 value, found tag {content[0]:#x}")
    numbers = _varints(content[1:])
    if len(numbers) != 1:
        raise ContractError(f"expected one int64, found {len(numbers)}")
    return numbers[0]


def encode_int64_list(values: Sequence[int]) -> bytes:
    """Return a Value holding an Int64List.

    >>> encode_int64_list([1, 300, -1]).hex()
    '720f0a0d01ac02ffffffffffffffffff01'
    >>> encode_int64_list([]).hex()
    '7200'
    """
    packed = b"".join(map(_varint, values))
    message = bytes((_PACKED_TAG,)) + _varint(len(packed)) + packed if packed else b""
    return bytes((_INT64_LIST_TAG,)) + _varint(len(message)) + message


def decode_int64_list(content: bytes) -> list[int]:
    """Return the numbers of a Value holding an Int64List; the null is empty. Raises ContractError otherwise.

    >>> decode_int64_list(encode_int64_list([1, 300, -1]))
    [1, 300, -1]
    """
    if not content:
        return []
    message = _delimited(content, _INT64_LIST_TAG)
    return _varints(_delimited(message, _PACKED_TAG)) if message else []


def entity_id(join_key: str, value: str) -> str:
    """Return Feast's key of an entity with one string join key (entity key serialisation version 3).

    Its 32 hexadecimal digits are the 128-bit MurmurHash3 (x64) of the little-endian serialised key.

    >>> entity_id("customer_id", "C1")
    '6f37c8e97068c572ae376cb3c6cd6492'
    """
    name, text = join_key.encode(), value.encode()
    layout = f"<III{len(name)}sII{len(text)}s"
    return mmh3.hash_bytes(struct.pack(layout, 1, _STRING_TYPE, len(name), name, _STRING_TYPE, len(text), text)).hex()


def event_ts(occurred_us: int) -> str:
    """Return Feast's spelling of an instant; in UTC, these strings compare in the order of time.

    >>> event_ts(1_780_317_000_000_000), event_ts(1)
    ('2026-06-01 12:30:00+00:00', '1970-01-01 00:00:00.000001+00:00')
    """
    return str(to_datetime(occurred_us))


def _varint(value: int) -> bytes:
    if not -_SIGN <= value < _SIGN:
        raise ContractError(f"{value} does not fit into an int64")
    value &= _MASK
    if value < 128:
        return bytes((value,))
    digits = bytearray()
    while value > 127:
        digits.append(value & 127 | 128)
        value >>= 7
    digits.append(value)
    return bytes(digits)


def _varints(packed: bytes) -> list[int]:
    numbers: list[int] = []
    value = shift = 0
    for byte in packed:
        if byte > 127:
            value |= (byte & 127) << shift
            shift += 7
            continue
        value |= byte << shift
        numbers.append(value - (1 << 64) if value & _SIGN else value)
        value = shift = 0
    if shift:
        raise ContractError("a number is cut off in the middle")
    return numbers


def _delimited(message: bytes, tag: int) -> bytes:
    """Return the only field of a message; pure Python, because importing protobuf costs a cold start 20 ms."""
    if message[0] != tag:
        raise ContractError(f"expected tag {tag:#x}, found {message[0]:#x}")
    length = shift = 0
    for position, byte in enumerate(message[1:6], start=2):
        length |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            if position + length != len(message):
                break
            return message[position:]
    raise ContractError("a list of numbers has a length that does not match its bytes")
