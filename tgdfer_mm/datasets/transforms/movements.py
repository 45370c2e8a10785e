"""Transforms that describe the movements of the faces in a clip, in words."""

from functools import lru_cache
from pathlib import Path

from mmcv.transforms import BaseTransform

from ...movements.lexicon import MovementsError, load_lexicon
from ...movements.reading import read_values
from ...movements.values import UnitValues
from ...movements.words import MOST, caption_of, tell_moment
from ...registry import TRANSFORMS


@TRANSFORMS.register_module()
class AttachMovements(BaseTransform):
    """Adds descriptions of measured facial movements, by clip or by frame.

    A model with ``OpenCLIPDescriptions`` and ``DescriptionFusionNeck`` reads them. Put
    it between ``SampleSegments`` and ``DecodeFrames``; it also works with cached
    features. Frames that were not measured have an empty text.

    Required keys: ``clip``; ``frame_inds`` for the descriptions of frames. Added key:
    ``descriptions``, a list of one text for the whole clip, or of one for each sampled
    frame.

    Args:
        path: File or folder of values, see
            :func:`~tgdfer_mm.movements.reading.read_values`.
        of: Unit of a description: ``'clip'`` or ``'frames'``.
        most: Largest number of movements in a text; the most salient ones are taken.
        complete: Whether the file must have every clip; otherwise missing clips get
            empty texts.
        least_confidence: Smallest confidence of the face detection, if the file has it.
        lexicon: File with other words, in the form of the shipped ``lexicon.json``.

    Raises:
        MovementsError: If the files do not have the described form; the file lacks a
            clip; or it has frames that the clip does not have.
        ValueError: If `of` is unknown.
    """

    def __init__(
        self,
        path: str,
        of: str = 'clip',
        most: int = MOST,
        complete: bool = True,
        least_confidence: float = 0.5,
        lexicon: str | None = None,
    ) -> None:
        if of not in ('clip', 'frames'):
            raise ValueError(f"AttachMovements.of={of!r}: give 'clip' or 'frames'")
        self.path, self.of, self.most, self.complete = path, of, most, complete
        self.lexicon = load_lexicon(lexicon)
        self.values = _read_once(path, least_confidence, _stamp(path))

    def transform(self, results: dict) -> dict:
        clip = results['clip']
        values = self.values.get(clip)
        if values is None and self.complete:
            raise MovementsError(
                f'{self.path} has no values of clip {clip!r}, only of '
                f'{len(self.values)} others such as {next(iter(self.values))!r}; add '
                'it, or set complete=False'
            )
        frames = results.get('total_frames')
        if values is not None and frames is not None and len(values) > frames:
            raise MovementsError(
                f'{self.path} has {len(values)} frames of clip {clip!r}, which has '
                f'{frames}: were they measured on other pictures?'
            )
        if self.of == 'clip':
            seen = values is not None and values.seen.any()
            texts = [caption_of(values, self.most, self.lexicon) if seen else '']
        else:
            texts = [self._moment(values, int(i)) for i in results['frame_inds']]
        results['descriptions'] = texts
        return results

    def _moment(self, values: UnitValues | None, frame: int) -> str:
        units = {} if values is None else values.of_frame(frame)
        return tell_moment(units, self.most, self.lexicon) if units else ''

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(path={self.path!r}, of={self.of!r}, '
            f'most={self.most}, complete={self.complete})'
        )


@lru_cache(maxsize=2)
def _read_once(path: str, least: float, stamp: tuple) -> dict[str, UnitValues]:
    """Values that the pipelines of training and testing share; they are not changed."""
    return read_values(path, least)


def _stamp(path: str) -> tuple:
    """A stamp of the state of files."""
    place = Path(path).expanduser()
    files = sorted(place.iterdir()) if place.is_dir() else [place]
    states = [(str(file), file.stat()) for file in files if file.exists()]
    return tuple((name, state.st_mtime_ns, state.st_size) for name, state in states)
