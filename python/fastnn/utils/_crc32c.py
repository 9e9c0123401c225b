"""CRC-32C (Castagnoli), the check sum of event files; zlib's is of another polynomial."""

import functools

import numpy as np

_POLYNOMIAL = 0x82F63B78  # its bits reversed


@functools.cache
def _tables():
    """What four bytes of zeros make of a check sum, for each of its bytes: that is linear, so that
    a sum is the XOR of its bytes'."""
    tables = []
    for shift in (0, 8, 16, 24):
        crc = np.arange(256, dtype="uint32") << np.uint32(shift)
        for _ in range(32):
            crc = (crc >> np.uint32(1)) ^ (crc & np.uint32(1)) * np.uint32(_POLYNOMIAL)
        tables.append(crc.tolist())
    return tables


def crc32c(data):
    """The check sum of bytes, four at a step.

    >>> from fastnn.utils._crc32c import crc32c
    >>> hex(crc32c(b"123456789"))
    '0xe3069283'
    """
    first, second, third, fourth = _tables()
    words = len(data) // 4
    crc = 0xFFFFFFFF
    for word in np.frombuffer(data, "<u4", words).tolist():
        crc ^= word
        crc = first[crc & 255] ^ second[crc >> 8 & 255] ^ third[crc >> 16 & 255] ^ fourth[crc >> 24]
    for byte in data[4 * words :]:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (crc & 1) * _POLYNOMIAL
    return crc ^ 0xFFFFFFFF
