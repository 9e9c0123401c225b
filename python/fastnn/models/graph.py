"""The graph between symbolic inputs and outputs: what a functional model runs, layer by layer."""

from collections import Counter

from .. import _nest, symbolic


class Graph:
    """The calls that lead from `inputs` to `outputs`, which are nests of symbolic tensors.

    `operations` are the layers (and functions) in Keras's order, which weights follow: the farthest
    from the outputs first, those at one distance in the order of a walk back from the outputs.
    """

    def __init__(self, inputs, outputs, name):
        self.form = inputs
        self.outputs_form = outputs
        self.inputs, self.outputs = _nest.flatten(inputs), _nest.flatten(outputs)
        for what, tensors in (("inputs", self.inputs), ("outputs", self.outputs)):
            for x in tensors:
                if not symbolic.is_symbolic(x):
                    raise TypeError(
                        f"{name}: {what} hold a {type(x).__name__}; symbolic tensors are wanted, "
                        "as fastnn.Input and layers called on one give."
                    )
        if not self.outputs:
            raise ValueError(f"{name}: no outputs came; at least one symbolic tensor is wanted.")
        if len({id(x) for x in self.inputs}) < len(self.inputs):
            raise ValueError(f"{name}: an input came twice; each may come once.")
        self.nodes, walked = self._walk(name)
        self.operations = self._order(walked)
        counts = Counter(operation.name for operation in self.operations)
        twice = [name for name, n in counts.items() if n > 1]
        if twice:
            raise ValueError(
                f"{name}: the name {twice[0]!r} belongs to {counts[twice[0]]} layers; names within "
                "a model must differ. Give one of them another name=."
            )
        self._plan = self._with_last_uses()

    def _walk(self, name):
        """The nodes in the order in which they can run, and their operations as first met on the
        way back from the outputs."""
        given = {id(x) for x in self.inputs}
        nodes, walked, seen = [], {}, set()
        stack = [x for x in reversed(self.outputs)]
        while stack:
            x = stack.pop()
            node = x.node
            is_input = not node.inputs
            if node in seen or (id(x) in given and not is_input):
                continue
            if is_input and id(x) not in given:
                raise ValueError(
                    f"{name}: the outputs depend on the input {x.name!r} {x.shape}, which is not "
                    f"among the model's inputs, {[one.name for one in self.inputs]}. Add it."
                )
            seen.add(node)
            nodes.append(node)
            walked.setdefault(node.operation, len(walked))
            stack.extend(reversed(node.inputs))
        for x in self.inputs:  # one that no output needs: its data may come all the same
            if not x.node.inputs and x.node not in seen:
                nodes.append(x.node)
                walked.setdefault(x.node.operation, -1)
        return sorted(nodes, key=lambda node: node.serial), walked

    def _order(self, walked):
        inside = set(self.nodes)
        node_depth, depth = dict.fromkeys(self.nodes, 0), {}
        for node in reversed(self.nodes):
            d = max(node_depth[node], depth.get(node.operation, 0))
            node_depth[node] = depth[node.operation] = d
            for x in node.inputs:
                if x.node in inside:
                    node_depth[x.node] = max(node_depth[x.node], d + 1)
        return sorted(depth, key=lambda operation: (-depth[operation], walked[operation]))

    def _with_last_uses(self):
        """(node, the tensors that nobody needs after it)."""
        kept = {id(x) for x in self.outputs}
        plan = []
        for node in reversed([node for node in self.nodes if node.inputs]):
            dead = {id(x) for x in (*node.inputs, *node.outputs)} - kept
            kept |= dead
            plan.append((node, tuple(dead)))
        return plan[::-1]

    def run(self, inputs):
        """The nest of outputs for tensors, one for each input."""
        values = {id(x): value for x, value in zip(self.inputs, inputs, strict=True)}
        for node, dead in self._plan:
            if len(node.arguments) == 1 and symbolic.is_symbolic(node.arguments[0]):
                y = node.operation(values[id(node.arguments[0])], **_filled(node.keywords, values))
            else:
                arguments = _filled(node.arguments, values)
                y = node.operation(*arguments, **_filled(node.keywords, values))
            if len(node.outputs) == 1 and not _nest.is_nest(y):
                values[id(node.outputs[0])] = y
            else:
                made = zip(node.outputs, _nest.flatten(y), strict=True)
                values.update((id(x), value) for x, value in made)
            for key in dead:
                del values[key]
        return _nest.map(lambda x: values[id(x)], self.outputs_form)

    def output_shape(self, shapes):
        """The nest of the outputs' shapes for shapes of the inputs."""
        if [tuple(s) for s in shapes] == [x.shape for x in self.inputs]:
            return _nest.map(lambda x: x.shape, self.outputs_form)
        known = {id(x): tuple(s) for x, s in zip(self.inputs, shapes, strict=True)}

        def stand_in(x):
            if not symbolic.is_symbolic(x):
                return x
            return symbolic.SymbolicTensor(known[id(x)], x.dtype)

        for node, _ in self._plan:
            arguments = _nest.map(stand_in, node.arguments)
            keywords = _nest.map(stand_in, node.keywords)
            made = _shape_of(node.operation, arguments, keywords)
            known.update((id(x), s) for x, s in zip(node.outputs, made, strict=True))
        return _nest.map(lambda x: known[id(x)], self.outputs_form)


def _filled(nest, values):
    if not nest:
        return nest
    return _nest.map(lambda x: values[id(x)] if symbolic.is_symbolic(x) else x, nest)


def _shape_of(operation, arguments, keywords):
    """The shapes of what a layer or function gives, as a list."""
    if hasattr(operation, "compute_output_shape") and len(arguments) == 1:
        shape = operation.compute_output_shape(_nest.map(lambda x: x.shape, arguments[0]))
        return _nest.flatten_shapes(shape)
    return [x.shape for x in _nest.flatten(symbolic.infer(operation, arguments, keywords))]
