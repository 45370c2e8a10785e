"""The crop settings of a folder of clips, so that new videos are cropped alike."""

from pathlib import Path
from typing import NamedTuple

from ..files import read_json
from ..video.errors import UsageError
from ..video.settings import VideoSettings

FACE_DATA = 'faces.json'  # written by `tgdfer data faces` next to the clips


class FaceData(NamedTuple):
    """The content of ``faces.json`` that training needs.

    Attributes:
        pixel_version: Name of these pixels; other settings have another name.
        tracks: ``largest``, or ``all`` tracks of a video.
        detector: Name and settings of the detector, as in a result.
        video: Changes to :class:`~tgdfer_mm.video.settings.VideoSettings`, for the
            ``video`` of a config, so that `tgdfer infer` crops as the clips were
            cropped.
    """

    pixel_version: str
    tracks: str
    detector: dict
    video: dict


def read_face_data(folder: str | Path) -> FaceData | None:
    """Reads the crop settings of a folder of clips.

    Args:
        folder: A folder that `tgdfer data faces` has filled.

    Returns:
        None if it has no ``faces.json``: the clips were made in another way.

    Raises:
        DamagedFileError: If the file does not have the expected content.
        UsageError: If it names unknown settings.
    """
    path = Path(folder, FACE_DATA)
    if not path.exists():
        return None
    known = read_json(path, *FaceData._fields)
    found = FaceData(*(known[name] for name in FaceData._fields))
    try:
        VideoSettings().updated(found.video)
    except (UsageError, TypeError, AttributeError) as err:
        raise UsageError(f'{path}: {err}') from err
    return found
