"""Binary logarithms in integer arithmetic, so that every engine and every processor gets the same bits."""

from __future__ import annotations

FRACTION_BITS = 16
# The mantissa has 30 bits after the point: its square still fits into an int64, for whoever computes it in numpy.
MANTISSA_BITS = 30


def log2_fixed(amount_minor: int) -> int:
    """Return log2(amount_minor + 1) with 16 bits after the point, cut off; the amount must not be negative.

    The whole part is the position of the leading bit; each squaring of the mantissa yields one more bit: when the
    square reaches 2, the bit is 1 and the square is halved. (Knuth, The Art of Computer Programming, volume 1,
    exercise 1.2.2-25.) Squares are cut to 30 bits, which moves the result by less than 2^-27.

    >>> log2_fixed(0), log2_fixed(1) / 2**16, log2_fixed(1023) / 2**16
    (0, 1.0, 10.0)
    >>> round(log2_fixed(999) / 2**16, 3)  # log2(1000) = 9.966
    9.966
    """
    number = amount_minor + 1
    result = number.bit_length() - 1
    shift = MANTISSA_BITS - result
    mantissa = number << shift if shift >= 0 else number >> -shift
    for _ in range(FRACTION_BITS):
        mantissa = mantissa * mantissa >> MANTISSA_BITS
        bit = mantissa >> MANTISSA_BITS + 1
        mantissa >>= bit
        result = result << 1 | bit
    return result
