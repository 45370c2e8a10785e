"""The models that the page offers, each loaded when it is first asked for."""

from collections.abc import Callable
from typing import Any

from ...catalogue import catalogue
from ...video.errors import UsageError, VideoError
from ...visualization.video.words import model_note
from ..inferencer import DFERInferencer


class Models:
    """The model that the program was started with, and all others on this machine.

    Args:
        first: The one that it was started with.
        load: Function that loads another model by its name.

    Attributes:
        first: The one that it was started with.
        choices: ``name`` and ``note`` of each, the first one first.
    """

    def __init__(
        self, first: DFERInferencer, load: Callable[[str], DFERInferencer]
    ) -> None:
        self._load = load
        self.first = first
        self._loaded = {first.about['name']: first}
        self.choices: list[dict[str, Any]] = [
            dict(name=first.about['name'], note=model_note(first.about)),
            *(
                dict(name=entry.name, note=entry.full_note)
                for entry in catalogue().values()
                if entry.here and entry.name not in self._loaded
            ),
        ]

    def __call__(self, name: str) -> DFERInferencer:
        """The inferencer of one of the choices.

        Raises:
            UsageError: The model cannot be used, or not any longer.
        """
        if name not in self._loaded:
            try:
                self._loaded[name] = self._load(name)
            except (VideoError, OSError, ImportError) as err:
                # Not an InputError: such an error is about a video.
                raise UsageError(f'{name}: {err}') from err
        return self._loaded[name]
