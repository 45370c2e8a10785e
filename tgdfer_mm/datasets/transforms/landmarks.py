"""Transforms that draw landmarks of a face on a fourth plane of its pictures."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from ...registry import TRANSFORMS
from ...video.faces.detector import build_detector
from ...video.frames import Frame


@TRANSFORMS.register_module()
class DrawLandmarks(BaseTransform):
    """Draws each frame's landmarks on a fourth plane after the colours [choice].

    The plane is cropped, resized and flipped with the colours; ``LandmarkPlane`` reads
    it in the model, whose ``data_preprocessor`` needs a fourth mean (0) and standard
    deviation (255). Put it right after ``DecodeFrames``.

    Required keys: ``clip``, ``frame_inds``, ``imgs`` (T, H, W, 3); ``landmarks`` if
    neither of the arguments is given. Changed key: ``imgs``, (T, H, W, 4).

    Args:
        path: ``.npz`` file with an array for each clip, under its name: points x, y of
            all its frames (F, P, 2), in pixels of the frames. NaN is not drawn. The key
            ``landmarks`` of a clip has the same form.
        faces: Detector of faces, by name or config. The five points of the largest face
            are drawn; the plane of a frame without a face is empty.
        radius: Radius of a point's disc, as a share of the frame's height.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If both arguments are given, or the file lacks a clip or its array
            has another shape.
    """

    def __init__(
        self,
        path: str | None = None,
        faces: str | dict | Callable | None = None,
        radius: float = 0.015,
    ) -> None:
        if path is not None and faces is not None:
            raise ValueError(
                'DrawLandmarks takes path or faces, not both; leave one out'
            )
        self.path, self.radius = path, radius
        self.detector = None if faces is None else build_detector(faces)
        self.points = None
        if path is not None:
            if not Path(path).is_file():
                raise FileNotFoundError(f'{path}: there is no such file of landmarks')
            with np.load(path, allow_pickle=False) as file:
                self.points = {name: file[name] for name in file.files}

    def transform(self, results: dict) -> dict:
        imgs = np.asarray(results['imgs'])
        if self.detector is not None:
            found = [self._detect(picture) for picture in imgs]
        else:
            points = self._points_of(results)
            found = [points[i] for i in results['frame_inds']]
        planes = [self._draw(each, imgs.shape[1:3]) for each in found]
        results['imgs'] = np.concatenate([imgs, np.stack(planes)[..., None]], axis=-1)
        return results

    def _points_of(self, results: dict) -> np.ndarray:
        clip = results['clip']
        where = 'the data set' if self.points is None else self.path
        points = (
            results.get('landmarks') if self.points is None else self.points.get(clip)
        )
        if points is None:
            raise ValueError(f'{where} has no landmarks of clip {clip!r}')
        last = int(max(results['frame_inds']))
        if points.ndim != 3 or points.shape[-1] != 2 or len(points) <= last:
            raise ValueError(
                f'{where}: landmarks of clip {clip!r} have the shape {points.shape}, '
                f'not (F, P, 2) for more than {last} frames'
            )
        return points

    def _detect(self, picture: np.ndarray) -> np.ndarray:
        faces = [f for f in self.detector(Frame(0, 0.0, picture)) if f.points]
        if not faces:
            return np.empty((0, 2))
        sizes = [(x2 - x1) * (y2 - y1) for x1, y1, x2, y2 in (f.box for f in faces)]
        return np.array(faces[int(np.argmax(sizes))].points)

    def _draw(self, points: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
        plane = np.zeros(shape, np.uint8)
        radius = max(1, round(self.radius * shape[0]))
        for x, y in points[np.isfinite(points).all(-1)]:
            cv2.circle(plane, (round(x), round(y)), radius, 255, -1, cv2.LINE_AA)
        return plane

    def __repr__(self) -> str:
        return f'{type(self).__name__}(path={self.path!r}, radius={self.radius})'
