"""Protocol buffers' wire format, as far as event files need it, and the tensors in them.

Numbers of fields are those of TensorFlow's tensor.proto, tensor_shape.proto and types.proto.
"""

import struct

_TYPES = {"float32": 1, "float64": 2}
_TEXTS = 7
_SMALL = [bytes([n]) for n in range(128)]


def varint(n):
    """A whole number, seven bits a byte; a negative one in 64 bits."""
    if 0 <= n < 128:
        return _SMALL[n]
    n &= 0xFFFFFFFFFFFFFFFF
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def field(number, value):
    """A field: of a whole number, or of text, bytes or a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def double(number, value):
    """A field of a float in 64 bits."""
    return varint(number << 3 | 1) + struct.pack("<d", value)


def shape(sizes):
    """A TensorShapeProto; -1 for a size that is not known."""
    return b"".join(field(2, field(1, -1 if n is None else n)) for n in sizes)


def tensor(array):
    """A TensorProto of floats."""
    content = array.astype(array.dtype.newbyteorder("<")).tobytes()
    return field(1, _TYPES[array.dtype.name]) + field(2, shape(array.shape)) + field(4, content)


def texts(values):
    """A TensorProto of a list of bytes or texts."""
    return b"".join(
        [field(1, _TEXTS), field(2, shape([len(values)]))] + [field(8, v) for v in values]
    )
