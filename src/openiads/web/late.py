"""Folders that cannot be shown yet: the page says why, and shows them once they can be."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from openiads.errors import OpeniadsError
from openiads.web.columns import Content
from openiads.web.payload import Payload

AGAIN: Final = "Reload this page when that is done: it looks again."


@dataclass
class LatePayload:
    """Stands for a `Payload` until `make` gives one; each question tries again, so a run that ends meanwhile is then shown.

    `maps` says whether there is a run among the folders, so that the page with the map is the one that tells.
    """

    make: Callable[[], Payload]
    maps: bool = True
    basemap: bool = False
    _made: Payload | None = None
    _lock: Lock = field(default_factory=Lock)

    def shows_map(self) -> bool:
        """Whether the page with the map is the first one."""
        return self.maps

    def prepare(self) -> None:
        """Nothing: the page is told first."""

    def get(self, name: str) -> tuple[str, Content] | None:
        """As `Payload.get`.

        Raises
        ------
        OpeniadsError
            While the folders cannot be opened, with what is wrong with them.
        """
        with self._lock:
            if self._made is None:
                try:
                    self._made = self.make()
                except OpeniadsError as error:
                    raise type(error)(f"{error} {AGAIN}") from error
                self._made.basemap = self.basemap
        return self._made.get(name)
