"""The landmarks of a drawn face lie on its drawn parts."""

import numpy as np

from tgdfer_mm.synth.clips import make_clip
from tgdfer_mm.synth.face import render_face
from tgdfer_mm.synth.landmarks import face_landmarks


def test_points_follow_the_units_and_the_pose():
    clip = make_clip(0, 1, 'happy', 1)
    who, still = clip.identity, clip.nuisances[0]
    rest = face_landmarks(who, {}, still, 96)
    assert rest.shape == (20, 2) and (rest > 0).all() and (rest < 96).all()
    smile = face_landmarks(who, {'AU12': 1.0}, still, 96)
    moved = np.linalg.norm(smile - rest, axis=1)
    assert moved[:14].max() < 0.1  # brows and eyes stay
    assert smile[14, 1] < rest[14, 1] - 1 and smile[16, 1] < rest[16, 1] - 1
    raised = face_landmarks(who, {'AU1': 1.0, 'AU2': 1.0}, still, 96)
    brows = [*range(3), *range(7, 10)]
    assert (raised[brows, 1] < rest[brows, 1] - 1).all()
    assert clip.landmarks(48).shape == (len(clip), 20, 2)


def test_what_a_lip_covers_is_painted_like_one():
    clip = make_clip(0, 1, 'happy', 1)
    who, still = clip.identity, clip.nuisances[0]
    open_ = {'AU25': 1.0, 'AU26': 1.0}
    before = render_face(who, {}, still, 96).astype(int)
    after = render_face(who, open_, still, 96).astype(int)
    upper, lower = face_landmarks(who, open_, still, 96)[[17, 18]].round().astype(int)
    middle = (upper + lower) // 2
    changed = np.abs(after - before).sum(-1)
    assert lower[1] > upper[1] + 2
    assert changed[middle[1], middle[0]] > 30
