"""What passes on the path of a case: the path's record always, packets where they can be had."""

from collections.abc import Callable, Collection

from conformance.bench.capture import Capture, obstacle
from conformance.packets import Endpoint
from conformance.traffic import PathRecord, Traffic


class Watch:
    """Watches one device, case after case."""

    def __init__(
        self, peer: str, broker: Endpoint, sounds: Endpoint, recorded: Callable[[], PathRecord]
    ) -> None:
        """Of `peer` with these two; `recorded` gives the path's record, and begins another."""
        self._peer, self._broker, self._sounds, self._recorded = peer, broker, sounds, recorded
        self._capture: Capture | None = None
        self._why_not: str | None = None

    def begin(self) -> None:
        """A case begins; without packets where something is in their way."""
        self.stop()  # of a case that could not even be opened
        self._recorded()
        self._why_not = obstacle()
        if self._why_not is None:
            try:
                self._capture = Capture(self._peer, self._broker, self._sounds)
            except OSError as error:
                self._why_not = str(error)

    def end(self, secrets: Collection[bytes]) -> Traffic:
        """What passed since, without these secrets and other credentials."""
        capture, self._capture = self._capture, None
        captured = None
        if capture is not None:
            try:
                captured = capture.ended(secrets)
            except OSError as error:
                self._why_not = f"the capture broke off: {error}"
        return Traffic(self._recorded(), captured, self._why_not, self._broker)

    def stop(self) -> None:
        """Watch no more, and keep nothing."""
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.ended(())
