"""What the backward passes of several families share."""


def outputs_of(operands, out):
    """The arrays for the gradients of operands, of which those that are not None were the result's
    inputs, and whether each is to be added to."""
    found, count = [], 0
    for operand in operands:
        found.append((None, 0) if operand is None else out(count))
        count += operand is not None
    return zip(*found, strict=True)


def write_gradients(write, arrays, adds):
    """Calls write(arrays, add) once; where one array is to get the gradients of two operands, which
    are then one tensor, once for each operand."""
    present = [id(a) for a in arrays if a is not None]
    if len(set(present)) == len(present):
        write(arrays, sum(add << i for i, add in enumerate(adds)))
        return
    for i, (array, add) in enumerate(zip(arrays, adds, strict=True)):
        if array is not None:
            write([array if j == i else None for j in range(len(arrays))], add << i)
