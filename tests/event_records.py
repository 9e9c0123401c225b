"""Reads event files by their formats' descriptions, and knows nothing of what wrote them.

TFRecord: https://www.tensorflow.org/tutorials/load_data/tfrecord; wire format:
https://protobuf.dev/programming-guides/encoding; CRC-32C: RFC 3720, section B.4.
"""

import struct
import zlib

import numpy as np


def crc32c(data):
    """A bit at a time."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17 & 0xFFFFFFFF) + 0xA282EAD8) % 2**32


def records(data):
    """The records of a file's bytes; each check sum is checked."""
    while data:
        (length,) = struct.unpack("<Q", data[:8])
        assert struct.unpack("<I", data[8:12])[0] == masked(data[:8])
        record, rest = data[12 : 12 + length], data[12 + length :]
        assert len(record) == length and struct.unpack("<I", rest[:4])[0] == masked(record)
        yield record
        data = rest[4:]


def message(data):
    """number of a field -> its values: whole numbers, floats in 64 bits, or bytes."""
    fields = {}
    while data:
        key, data = _varint(data)
        if key & 7 == 0:
            value, data = _varint(data)
        elif key & 7 == 1:
            value, data = struct.unpack("<d", data[:8])[0], data[8:]
        else:
            assert key & 7 == 2
            length, data = _varint(data)
            assert length <= len(data)
            value, data = data[:length], data[length:]
        fields.setdefault(key >> 3, []).append(value)
    return fields


def _varint(data):
    n = 0
    for i, byte in enumerate(data):
        n |= (byte & 127) << 7 * i
        if byte < 128:
            return n - 2**64 * (n >> 63), data[i + 1 :]
    raise AssertionError("a number does not end")


def events(path):
    """What a file holds: (kind, name, step, value); the version first."""
    found = []
    for record in records(path.read_bytes()):
        event = message(record)
        [wall_time] = event.pop(1)
        assert 1.7e9 < wall_time < 1e10
        step = event.pop(2, [0])
        [(number, [content])] = event.items()
        if number == 3:
            found.append(("version", content))
        elif number == 4:
            found.append(("graph", graph(content)))
        else:
            assert number == 5
            found.append(_summary(content, *step))
    assert found[0] == ("version", b"brain.Event:2")
    return found[1:]


def _summary(content, step):
    value = message(message(content)[1][0])
    assert set(value) == {1, 8, 9}
    plugin = message(message(value[9][0])[1][0])[1][0].decode()
    return plugin, value[1][0].decode(), step, tensor(value[8][0])


def tensor(content):
    """An array of a TensorProto, or the list of its texts."""
    fields = message(content)
    sizes = _shape(fields[2][0])
    [kind] = fields[1]
    if kind == 7:
        assert len(fields[8]) == sizes[0]
        return fields[8]
    return np.frombuffer(fields[4][0], {1: "<f4", 2: "<f8"}[kind]).reshape(sizes)


def _shape(content):
    return [message(size)[1][0] for size in message(content).get(2, [])]


def graph(content):
    """(name, kind, inputs, shapes of the outputs) of each node of a GraphDef."""
    nodes = []
    for data in message(content)[1]:
        node = message(data)
        attribute = message(node[5][0])
        assert attribute[1] == [b"_output_shapes"]
        shapes = message(message(attribute[2][0])[1][0])[7]
        inputs = [name.decode() for name in node.get(3, [])]
        nodes.append((node[1][0].decode(), node[2][0].decode(), inputs, [*map(_shape, shapes)]))
    return nodes


def picture(data):
    """The pixels of a PNG file without filters, (rows, columns, channels)."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, data = {}, data[8:]
    while data:
        (length,) = struct.unpack(">I", data[:4])
        kind, content = data[4:8], data[8 : 8 + length]
        assert struct.unpack(">I", data[8 + length : 12 + length])[0] == zlib.crc32(kind + content)
        chunks[kind] = content
        data = data[12 + length :]
    columns, rows, bits, colours, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert bits == 8 and rest == [0, 0, 0] and chunks[b"IEND"] == b""
    channels = {0: 1, 4: 2, 2: 3, 6: 4}[colours]
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), "uint8").reshape(rows, -1)
    assert (lines[:, 0] == 0).all()
    return lines[:, 1:].reshape(rows, columns, channels)
