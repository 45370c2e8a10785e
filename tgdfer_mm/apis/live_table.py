"""The lines that ``tgdfer infer --camera`` prints while it runs."""

from rich.text import Text

from ..terminal import Terminal
from ..video.clock import clock
from ..video.errors import Interrupted
from ..visualization.video.words import calibration_words, is_sure, model_note
from .inferencer import DFERInferencer


def watch_camera(
    inferencer: DFERInferencer, camera: int, batch_size: int, console: Terminal
) -> dict:
    """Prints a line for each window until the camera ends; returns the whole result.

    Raises:
        VideoError: As :meth:`DFERInferencer.iterate`.
        Interrupted: Ctrl-C; its ``result`` has everything that was seen until then.
    """
    with inferencer.stream(camera, batch_size=batch_size, keep=True) as stream:
        sure = is_sure(dict(model=inferencer.about))
        if inferencer.about['note']:  # before the labels that the note is about
            console.note(model_note(inferencer.about))
        console.print(calibration_words(inferencer.about))
        usual = stream.delay['usual']
        console.print(
            f'Watching. A line comes {usual:.1f} s after what it is about, plus the '
            'time of the model; later where a face was lost. Stop with Ctrl-C'
        )
        try:
            for window in stream:
                console.print(
                    Text(_line(window), '' if sure else 'bright_black'), soft_wrap=True
                )
        except KeyboardInterrupt:
            raise Interrupted(stream.result()) from None
        return stream.result()


def _line(window: dict) -> str:
    dropped = f', {window["dropped"]} frames dropped' if window['dropped'] else ''
    return (
        f'{clock(window["start"])}-{clock(window["end"])}  face {window["track"]}  '
        f'{window["label"]} {window["score"]:.2f}  '
        f'({window["delay"]["clock"]:.1f} s ago{dropped})'
    )
