"""Values made ahead of whoever takes them, by threads, in order."""

import os
import threading
import weakref

_running = weakref.WeakSet()


class _Ahead:
    """What the threads and the one who takes share.

    Threads claim numbers one after the other, while fewer than `size` values are in the making or
    wait to be taken; so memory is bounded, and the order is that of the numbers, whoever made them.
    """

    def __init__(self, make, numbers, size):
        self.make, self.numbers, self.size = make, numbers, size
        self.claimed = self.taken = 0
        self.made = {}  # place in the order -> (value, error)
        self.ended = False
        self.changed = threading.Condition()
        self.threads = []
        _running.add(self)

    def work(self):
        while True:
            with self.changed:
                while not self.ended and self.claimed - self.taken >= self.size:
                    self.changed.wait()
                if self.ended or self.claimed == len(self.numbers):
                    return
                i = self.claimed
                self.claimed += 1
            try:
                made = self.make(self.numbers[i]), None
            except BaseException as error:
                made = None, error
            with self.changed:
                self.made[i] = made
                self.changed.notify_all()
            del made

    def take(self, i):
        with self.changed:
            while self.threads and i not in self.made:
                self.changed.wait()
            made = self.made.pop(i, None)
            self.taken = i + 1
            self.changed.notify_all()
        if made is None:
            return self.make(self.numbers[i])
        value, error = made
        if error is not None:
            raise error
        return value

    def end(self):
        with self.changed:
            self.ended = True
            self.made.clear()
            self.changed.notify_all()
        for thread in self.threads:
            if thread is not threading.current_thread():  # the generator may be freed by any
                thread.join()


def prefetched(make, numbers, workers, size):
    """Yields make(n) for each of the numbers, made by threads before they are asked for.

    Args:
        make: a function of a number; called by several threads at once.
        numbers: a sequence.
        workers: how many threads.
        size: how many values may wait, those in the making included.

    An error of make(n) is raised where its value would have come. The threads end with the last
    number, with an error, or when the generator is closed or freed, which waits for what is in the
    making.
    """
    ahead = _Ahead(make, numbers, size)
    try:
        for k in range(min(workers, size, len(numbers))):
            thread = threading.Thread(target=ahead.work, name=f"fastnn prefetch {k}", daemon=True)
            thread.start()
            ahead.threads.append(thread)
        for i in range(len(numbers)):
            yield ahead.take(i)
    finally:
        ahead.end()


def _forget_threads():
    """In a forked child: it has no threads but its own, and makes what it takes."""
    for ahead in list(_running):
        ahead.changed = threading.Condition()
        ahead.threads = []


os.register_at_fork(after_in_child=_forget_threads)
