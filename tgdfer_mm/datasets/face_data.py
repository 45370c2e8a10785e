"""How the clips of a folder were cropped, so that a new video is cropped alike."""

from pathlib import Path
from typing import NamedTuple

from ..files import read_json
from ..video.errors import UsageError
from ..video.settings import VideoSettings

FACE_DATA = 'faces.json'  # which `tgdfer data faces` puts next to the clips


class FaceData(NamedTuple):
    """What ``faces.json`` says to those who train on the clips.

    Attributes:
        pixel_version: A name of these pixels: other settings have another one.
        tracks: ``largest``, or ``all`` tracks of a video.
        detector: Name and settings of the detector, as a result has them.
        video: Changes to :class:`~tgdfer_mm.video.settings.VideoSettings`, and so the
            ``video`` of a config, with which `tgdfer infer` crops as the clips were.
    """

    pixel_version: str
    tracks: str
    detector: dict
    video: dict


def read_face_data(folder: str | Path) -> FaceData | None:
    """Reads how the clips of a folder were made.

    Args:
        folder: Folder that `tgdfer data faces` has filled.

    Returns:
        None if it has no ``faces.json``: somebody else made the clips.

    Raises:
        DamagedFileError: The file does not hold what it should.
        UsageError: It names settings that there are not.
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
