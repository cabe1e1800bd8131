"""One write for all who wait: the queue that a journal and a remote document share."""

from collections.abc import Callable
from threading import Condition


class Turns:
    """Tickets in line, safe between threads; `settled` of the `queued` ones are durable.

    Who writes sets `settled`, holding `lock`, which guards whatever else belongs to the queue.
    """

    def __init__(self) -> None:
        self.lock, self._writing = Condition(), False
        self.queued = self.settled = 0

    @property
    def unsettled(self) -> int:
        """How many tickets are not durable."""
        return self.queued - self.settled

    def settle(self, ticket: int, write: Callable[[], None]) -> None:
        """Everything queued up to the ticket is durable; raises what `write` raises else.

        Whoever comes first writes for all who have queued meanwhile; they find it done.
        """
        with self.lock:
            self.lock.wait_for(lambda: ticket <= self.settled or not self._writing)
            if ticket <= self.settled:
                return
            self._writing = True
        try:
            write()
        finally:
            with self.lock:
                self._writing = False
                self.lock.notify_all()

    def await_writer(self) -> None:
        """Nobody writes by now; `lock` must be held."""
        self.lock.wait_for(lambda: not self._writing)
