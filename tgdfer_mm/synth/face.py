"""A parametric face: makes a picture from identity, action units and nuisance.

It is not realistic: every feature is a few filled curves. But each action unit moves
the part of the face that FACS states, and the movement grows with its activation, for
every person.
"""

from collections.abc import Mapping

import numpy as np

from .action_units import ACTION_UNITS, check_units
from .canvas import Canvas, bow, circle, mix, ramp, shade
from .identity import Colour, Identity
from .nuisance import Nuisance

_DARK: Colour = (40, 24, 22)


def render_face(
    identity: Identity, aus: Mapping[str, float], nuisance: Nuisance, size: int
) -> np.ndarray:
    """Draw one face.

    Args:
        identity: Traits of the person.
        aus: Activation 0..1 of each action unit; missing ones are 0.
        nuisance: Pose, background, light, blur, noise.
        size: Width and height, pixels.

    Returns:
        The picture (size, size, 3), uint8 RGB.

    Raises:
        ValueError: If a unit is unknown or its activation is outside 0..1.
    """
    check_units(aus)
    au = {name: float(aus.get(name, 0.0)) for name in ACTION_UNITS}
    canvas = Canvas(nuisance, size)
    _hair_behind(canvas, identity)
    _body(canvas, identity)
    _head(canvas, identity, au)
    _folds(canvas, identity, au)
    for side in (-1, 1):
        # An asymmetric person moves one side of the face more than the other.
        gain = 1 + side * identity.asymmetry
        half = {name: min(1.0, v * gain) for name, v in au.items()}
        draw_eye(canvas, identity, half, side)
        draw_brow(canvas, identity, half, side)
    _nose(canvas, identity, au)
    draw_mouth(canvas, identity, au)
    _hair_front(canvas, identity)
    if identity.glasses:
        _glasses(canvas, identity)
    return canvas.finish()


def _arc(x: float, top: float, bottom: float, taper: float) -> np.ndarray:
    """Outline of a head: a closed curve whose lower half narrows."""
    c, s = circle(40).T
    width = x * (1 - taper * np.maximum(s, 0) ** 2)
    return np.stack([width * c, np.where(s > 0, bottom, top) * s], axis=1)


def _chin(au: Mapping[str, float]) -> float:
    return 0.98 + 0.06 * au['AU26'] + 0.12 * au['AU27'] - 0.02 * au['AU17']


def _hair_behind(canvas: Canvas, who: Identity) -> None:
    w = who.head_width
    if who.hair_style == 'long':
        canvas.fill(_arc(w * 1.22, 1.1, 1.4, -0.05), who.hair, flat=True)
    elif who.hair_style == 'bun':
        canvas.ellipse((0, -1.12), (0.3, 0.22), who.hair, flat=True)


def _body(canvas: Canvas, who: Identity) -> None:
    shirt = mix(who.hair, (90, 110, 140), 0.7)
    neck = shade(who.skin, 0.82)
    canvas.ellipse((0, 1.75), (1.15, 0.6), shirt, flat=True)
    w = who.head_width * 0.55
    canvas.fill(np.array([(-w, 0.6), (w, 0.6), (w, 1.35), (-w, 1.35)]), neck, True)


def _head(canvas: Canvas, who: Identity, au: Mapping[str, float]) -> None:
    w, chin = who.head_width, _chin(au)
    for side in (-1, 1):
        canvas.ellipse((side * w, 0.0), (0.1, 0.2), shade(who.skin, 0.85), flat=True)
    canvas.fill(_arc(w, 0.98, chin, who.jaw_taper), shade(who.skin, 0.9), flat=True)
    canvas.fill(_arc(w * 0.9, 0.94, chin * 0.95, who.jaw_taper), who.skin)
    if who.beard:
        ring = _arc(w * 0.97, 0.0, chin * 0.98, who.jaw_taper)
        lower = ring[ring[:, 1] > 0.12]
        lower = lower[np.argsort(lower[:, 0])]
        upper = bow(lower[-1, 0], lower[0, 0], 0.12, 0.52)
        colour = mix(who.skin, who.hair, who.beard)
        canvas.fill(np.concatenate([lower, upper]), colour)


def _folds(canvas: Canvas, who: Identity, au: Mapping[str, float]) -> None:
    """Creases and bulges that a movement leaves on the skin."""
    fold, light = shade(who.skin, 0.6), mix(who.skin, (255, 225, 205), 0.5)

    def crease(points, strength: float, width: float = 0.028) -> None:
        if strength > 0.08:
            canvas.stroke(np.asarray(points), mix(who.skin, fold, strength), width)

    raised = max(au['AU1'], au['AU2'])
    for y in (-0.66, -0.58):  # forehead lines of raised brows
        crease(bow(-0.3, 0.3, y + 0.02, y - 0.02), 0.8 * raised * (1 - 0.4 * au['AU4']))
    corner = _mouth_corner(who, au)
    for side in (-1, 1):
        # Frown lines between the brows.
        crease([(side * 0.045, -0.46), (side * 0.035, -0.26)], au['AU4'])
        cheek = max(au['AU6'], 0.5 * au['AU12'])
        if cheek > 0.1 and not who.beard:
            canvas.ellipse(
                (side * 0.42, 0.16 - 0.05 * cheek),
                (0.15, 0.1),
                mix(who.skin, light, cheek),
            )
        # Pouch under the eye and crow's feet of raised cheeks.
        under = bow(side * 0.2, side * 0.44, 0.0, 0.05, 7)
        crease(under, 0.9 * au['AU6'])
        for y in (-0.22, -0.1):
            crease([(side * 0.5, -0.16), (side * 0.58, y)], au['AU6'])
        # From the nose to the mouth corners.
        naso = max(0.75 * au['AU12'], au['AU10'], 0.6 * au['AU9'])
        x, y = corner[0] + 0.07, corner[1] - 0.02
        crease(
            [(side * 0.15, 0.18), (side * (0.7 * x + 0.06), 0.3), (side * x, y)], naso
        )
        # Below pulled-down corners, next to stretched ones.
        crease([(side * corner[0], y + 0.06), (side * x, y + 0.15)], au['AU15'])
        curve = bow(y - 0.06, y + 0.1, side * x, side * (x + 0.03), 7)[:, ::-1]
        crease(curve, 0.9 * au['AU20'])
        # Wrinkles across the root of the nose.
        for k in range(3):
            y = -0.2 + 0.08 * k
            crease([(0, y), (side * 0.075, y - 0.03)], au['AU9'], 0.03)
    crease(bow(-0.13, 0.13, 0.84, 0.75), au['AU17'], 0.035)  # chin boss
    for x in (-0.05, 0.05):
        crease([(x, 0.82), (x, 0.86)], au['AU17'], 0.035)


def draw_eye(canvas: Canvas, who: Identity, au: Mapping[str, float], side: int) -> None:
    cx, cy = side * 0.31 * who.eye_spacing, -0.16
    half = 0.15 * who.eye_size
    lids = 1 - 0.97 * au['AU45']
    up = 1 + 0.85 * au['AU5'] - 0.5 * au['AU7'] - 0.1 * au['AU6']
    up = up - 0.15 * au['AU9']
    low = 1 - 1.1 * au['AU6'] - 0.6 * au['AU7'] + 0.25 * au['AU5'] - 0.4 * au['AU9']
    up = 0.088 * who.eye_size * max(up, 0.12) * lids
    low = 0.062 * who.eye_size * max(low, -0.3) * lids
    upper = bow(cx - half, cx + half, cy, cy - up)
    lower = bow(cx + half, cx - half, cy, cy + low)
    canvas.fill(np.concatenate([upper, lower]), (240, 238, 234))
    # The iris, cut off by the lids.
    for radius, colour in ((0.078, who.eyes), (0.036, (14, 12, 12))):
        x, y = (circle(18) * radius * who.eye_size).T
        slope = 1 - (x / half) ** 2
        y = np.clip(y, -up * slope, np.maximum(low * slope, -up * slope))
        canvas.fill(np.stack([cx + x, cy + y], axis=1), colour)
    canvas.stroke(upper, mix(_DARK, who.skin, 0.1), 0.034)
    canvas.stroke(lower, mix(shade(who.skin, 0.6), _DARK, 0.5 * au['AU7']), 0.018)
    crease = upper[3:-3] - (0, 0.04 + 0.02 * au['AU5'])
    canvas.stroke(crease, shade(who.skin, 0.75), 0.014)


def draw_brow(
    canvas: Canvas, who: Identity, au: Mapping[str, float], side: int
) -> None:
    y = -0.4 + who.brow_height
    down = au['AU4']
    # With AU1, AU4 draws the brows together without lowering their inner ends.
    inner_y = y - 0.17 * au['AU1'] + 0.14 * down * (1 - 0.85 * au['AU1'])
    inner_y += 0.05 * au['AU9'] * (1 - au['AU1'])
    mid_y = y - 0.05 - 0.06 * au['AU1'] - 0.13 * au['AU2'] + 0.08 * down
    outer_y = y + 0.02 - 0.15 * au['AU2'] + 0.05 * au['AU1'] * (1 - au['AU2'])
    inner_x = 0.13 - 0.055 * down
    line = np.array([(inner_x, inner_y), (0.3, mid_y), (0.52, outer_y)])
    line[:, 0] *= side * who.eye_spacing
    thick = 0.042 * who.brow_thickness * np.array([1.15, 1.0, 0.4])
    upper, lower = line.copy(), line.copy()
    upper[:, 1] -= thick
    lower[:, 1] += thick * 0.8
    colour = mix(shade(who.hair, 0.8), _DARK, 0.35)
    canvas.fill(np.concatenate([_smooth(upper), _smooth(lower)[::-1]]), colour)


def _smooth(points: np.ndarray, n: int = 9) -> np.ndarray:
    """The parabola through three points."""
    t = np.linspace(0, 1, n)[:, None]
    a, b, c = points
    return a * (1 - t) * (1 - 2 * t) + 4 * b * t * (1 - t) + c * t * (2 * t - 1)


def _nose(canvas: Canvas, who: Identity, au: Mapping[str, float]) -> None:
    lift = 0.055 * au['AU9'] + 0.03 * au['AU10']
    tip, w = 0.2 * who.nose_length - 0.5 * lift, 0.1 * who.nose_width
    w *= 1 + 0.25 * au['AU9'] + 0.08 * au['AU12']
    line = shade(who.skin, 0.68)
    canvas.stroke(
        np.array([(0.055, -0.16), (0.05, 0.05), (w, tip - 0.02)]), line, 0.018
    )
    canvas.stroke(bow(-w, w, tip - lift, tip + 0.04), line, 0.024)
    for side in (-1, 1):
        canvas.ellipse((side * w * 0.55, tip + 0.005), (0.03, 0.018), _DARK)
        wing = bow(
            tip - 0.09 - lift, tip + 0.02 - lift, side * w, side * (w + 0.035), 7
        )
        canvas.stroke(wing[:, ::-1], line, 0.024)


def _mouth_corner(who: Identity, au: Mapping[str, float]) -> tuple[float, float]:
    """Right mouth corner (x, y); the left one mirrors it."""
    x = 0.25 * who.mouth_width
    x *= 1 + 0.3 * au['AU12'] + 0.34 * au['AU20'] - 0.2 * au['AU23']
    x *= 1 - 0.08 * au['AU24'] - 0.18 * au['AU27'] - 0.06 * au['AU26']
    y = 0.53 - 0.15 * au['AU12'] + 0.13 * au['AU15'] + 0.04 * au['AU20']
    return x, y + 0.03 * au['AU26'] + 0.06 * au['AU27']


def draw_mouth(canvas: Canvas, who: Identity, au: Mapping[str, float]) -> None:
    x, y_corner = _mouth_corner(who, au)
    skew = 0.04 * who.asymmetry * (au['AU12'] + au['AU15'])
    rest = 0.53
    line = rest + 0.03 * au['AU12'] - 0.05 * au['AU17'] - 0.03 * au['AU15']
    top = line - 0.09 * au['AU10'] - 0.02 * au['AU25'] - 0.03 * au['AU27']
    top -= 0.02 * au['AU9']
    bottom = line + 0.06 * au['AU25'] + 0.13 * au['AU26'] + 0.26 * au['AU27']
    opened = max(au['AU25'], au['AU26'], au['AU27'])
    bottom += 0.09 * au['AU16'] * opened
    bottom = max(bottom, top) if opened > 0.02 else top
    thin = (1 - 0.55 * au['AU23']) * (1 - 0.75 * au['AU24'])
    above = 0.05 * who.lip_fullness * thin
    below = 0.072 * who.lip_fullness * thin * (1 + 0.3 * au['AU17'] + 0.25 * au['AU16'])

    def curve(y_mid: float, reach: float = 1.0) -> np.ndarray:
        points = bow(-x * reach, x * reach, y_corner, y_mid)
        points[:, 1] += skew * ramp(len(points))
        return points

    inner_top, inner_bottom = curve(top), curve(bottom)
    outer_top, outer_bottom = curve(top - above), curve(bottom + below)
    outer_top[7, 1] += 0.016 * thin  # cupid's bow
    gap = bottom - top
    if gap > 0.01:
        mouth = np.concatenate([inner_top, inner_bottom[::-1]])
        canvas.fill(mouth, (70, 22, 26))
        if gap > 0.16:
            canvas.ellipse((0, bottom - 0.04), (0.45 * x, 0.05), (176, 76, 80))
        teeth = inner_top.copy()
        depth = min(0.55 * gap, 0.075)
        teeth[:, 1] += depth * (1 - ramp(len(teeth)) ** 2)
        canvas.fill(np.concatenate([inner_top, teeth[::-1]]), (244, 240, 230))
        if au['AU16'] > 0.3:  # a lowered lower lip shows the lower teeth
            lower = inner_bottom.copy()
            lower[:, 1] -= 0.3 * gap * (1 - ramp(len(lower)) ** 2)
            canvas.fill(np.concatenate([inner_bottom, lower[::-1]]), (236, 230, 218))
    canvas.fill(np.concatenate([outer_top, inner_top[::-1]]), shade(who.lips, 0.88))
    canvas.fill(np.concatenate([inner_bottom, outer_bottom[::-1]]), who.lips)
    if gap <= 0.02:
        press = max(au['AU23'], au['AU24'])
        canvas.stroke(inner_top, shade(who.lips, 0.45), 0.026 + 0.014 * press)
    canvas.stroke(
        bow(-0.1, 0.1, bottom + below + 0.04, bottom + below + 0.055, 7),
        shade(who.skin, 0.8),
        0.02,
    )


def _hair_front(canvas: Canvas, who: Identity) -> None:
    if who.hair_style == 'bald':
        return
    w = who.head_width
    t = np.linspace(np.pi, 2 * np.pi, 21)
    skull = np.stack([w * 1.05 * np.cos(t), 1.06 * np.sin(t)], axis=1)
    line = who.hairline + (0.1 if who.hair_style == 'fringe' else 0.0)
    sides = 0.0 if who.hair_style in ('long', 'short') else -0.25
    skull = skull[skull[:, 1] <= sides]
    edge = bow(skull[-1, 0], skull[0, 0], sides, line, 21)
    # A hairline is flatter than a parabola.
    u = ramp(21)
    edge[:, 1] = sides * u**8 + line * (1 - u**8)
    canvas.fill(np.concatenate([skull, edge]), who.hair, flat=True)
    for x in (-0.35, 0.1, 0.4):
        strand = np.array([(x * w, -0.98), (x * w * 1.25, line - 0.03)])
        canvas.stroke(strand, shade(who.hair, 1.25), 0.02)


def _glasses(canvas: Canvas, who: Identity) -> None:
    loop = np.concatenate([circle(24), circle(24)[:1]])
    frame = (38, 36, 40)
    cx = 0.31 * who.eye_spacing
    for side in (-1, 1):
        ring = loop * (0.23, 0.19) + (side * cx, -0.15)
        canvas.stroke(ring, frame, 0.022)
        temple = np.array([(side * (cx + 0.23), -0.17), (side * who.head_width, -0.14)])
        canvas.stroke(temple, frame, 0.022)
    canvas.stroke(bow(-(cx - 0.23), cx - 0.23, -0.15, -0.18, 5), frame, 0.022)
