"""The graph of a model as TensorFlow's GraphDef, which TensorBoard draws.

Numbers of fields are those of graph.proto, node_def.proto and attr_value.proto.
"""

from collections import Counter

from ._protobuf import field, shape


def graph_def(model):
    """The bytes of a GraphDef: a node for each call of a layer or function, in the order in which
    they run; models inside are groups of theirs.

    Raises:
        ValueError: the model has no graph: it is not built, or is one of a class of its own.
    """
    nodes = []
    _add(model._wanted_graph(), "", {}, nodes)
    return b"".join(field(1, node) for node in nodes)


def _add(graph, scope, names, nodes):
    """Append the nodes; `names`, of the symbolic tensors by id, knows those of the inputs if the
    graph is within another one. The names of the outputs."""
    calls = Counter()
    for node in graph.nodes:
        operation = node.operation
        if all(id(x) in names for x in node.outputs):
            continue  # an input of a model inside
        calls[operation] += 1
        again = f"_call_{calls[operation]}" if calls[operation] > 1 else ""
        name = f"{scope}{operation.name}{again}"
        inside = getattr(operation, "_graph", None)
        if inside is None:
            made = [name] * len(node.outputs)
            nodes.append(_node_def(name, operation, node, [names[id(x)] for x in node.inputs]))
        else:
            known = {
                id(x): names[id(given)] for x, given in zip(inside.inputs, node.inputs, strict=True)
            }
            made = _add(inside, f"{name}/", known, nodes)
        names.update((id(x), of) for x, of in zip(node.outputs, made, strict=True))
    return [names[id(x)] for x in graph.outputs]


def _node_def(name, operation, node, sources):
    kind = getattr(operation, "kind", type(operation).__name__)
    shapes = b"".join(field(7, shape(x.shape)) for x in node.outputs)
    attribute = field(1, "_output_shapes") + field(2, field(1, shapes))
    inputs = b"".join(field(3, source) for source in sources)
    return field(1, name) + field(2, kind) + inputs + field(5, attribute)
