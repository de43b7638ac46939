"""Feast's bytes: the values, keys and timestamps of a Feast 0.67 DynamoDB online store, without Feast.

A value is the protobuf message feast.types.Value: int64 is field 4, Int64List field 14 with packed varints; a null
is an empty message. Negative numbers are 64-bit two's complement, as protobuf's int64 is.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

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
    packed = _packed(values)
    message = bytes((_PACKED_TAG,)) + _varint(len(packed)) + packed if packed else b""
    return bytes((_INT64_LIST_TAG,)) + _varint(len(message)) + message


def decode_int64_list(content: bytes) -> list[int]:
    """Return the numbers of a Value holding an Int64List; the null is empty. Raises ContractError otherwise.

    >>> decode_int64_list(encode_int64_list([1, 300, -1]))
    [1, 300, -1]
    """
    return _varints(packed_int64s(content))


def packed_int64s(content: bytes) -> bytes:
    """Return the varints of a Value holding an Int64List, still packed; the null has none. Raises ContractError otherwise."""
    if not content:
        return b""
    message = _delimited(content, _INT64_LIST_TAG)
    return _delimited(message, _PACKED_TAG) if message else b""


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
    return _packed((value,))


def _packed(values: Iterable[int]) -> bytes:
    digits = bytearray()
    append = digits.append
    for number in values:
        if not -_SIGN <= number < _SIGN:
            raise ContractError("a number does not fit into an int64")
        value = number & _MASK
        while value > 127:
            append(value & 127 | 128)
            value >>= 7
        append(value)
    return bytes(digits)


def _varints(packed: bytes) -> list[int]:
    """Return the numbers; those of two bytes, and the first two bytes of longer ones, without a loop of their own."""
    numbers: list[int] = []
    append = numbers.append
    digits = iter(packed)
    try:
        for byte in digits:
            if byte < 128:
                append(byte)
                continue
            digit = next(digits)
            value, shift = byte - 128 | digit << 7, 14
            if digit > 127:
                value -= 128 << 7
                while (digit := next(digits)) > 127:
                    value |= digit - 128 << shift
                    shift += 7
                value |= digit << shift
                if value > _MASK:
                    raise ContractError("a number does not fit into an int64")
            append(value - (1 << 64) if value & _SIGN else value)
    except StopIteration:
        raise ContractError("a number is cut off in the middle") from None
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
