"""Whose call makes a launch: while a step is recorded, its launches are labelled with the layer
whose call, or whose part of the way back, makes them."""

import bisect
import contextlib
import threading

from . import _core, tape


class Labels:
    """A launch's label is twice its owner's place in `owners`, and 1 more on the way back. The
    first of them has what nobody else makes."""

    def __init__(self, rest):
        self.owners = [rest]
        self._thread = threading.get_ident()
        self._inside = [0]  # the owners whose calls run, the innermost last
        # From which of the tape's serials on the nodes belong to which owner.
        self._serials, self._owners = [-1], [0]

    @contextlib.contextmanager
    def on(self, functions):
        """Inside, calls of the methods (owner, object, name) in this thread are labelled."""
        replaced, numbers = [], {}  # two layers may have one name
        try:
            for owner, holder, name in functions:
                number = numbers.setdefault(id(owner), len(self.owners))
                self.owners += [owner] * (number == len(self.owners))
                function = self._labelled(getattr(holder, name), number)
                # The instance's own, found before the class's; no change of structure.
                replaced.append((holder, name, holder.__dict__.get(name, self)))
                holder.__dict__[name] = function
            with tape.watched(self._on_the_way_back):
                yield self
        finally:
            for holder, name, before in reversed(replaced):
                if before is self:
                    del holder.__dict__[name]
                else:
                    holder.__dict__[name] = before

    def _labelled(self, function, owner):
        def call(*arguments, **keywords):
            if threading.get_ident() != self._thread:
                return function(*arguments, **keywords)
            self._inside.append(owner)
            self._mark(owner)
            try:
                return function(*arguments, **keywords)
            finally:
                self._inside.pop()
                self._mark(self._inside[-1])

        return call

    def _mark(self, owner):
        _core.set_label(2 * owner)
        self._serials.append(tape.next_serial())
        self._owners.append(owner)

    def _on_the_way_back(self, node):
        if node is None:
            _core.set_label(2 * self._inside[-1])
            return
        at = bisect.bisect(self._serials, node.serial) - 1
        _core.set_label(2 * self._owners[at] + 1)
