"""A generated data set on disk: written once, recognised and reused afterwards."""

import json
import os
import shutil
import socket
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np

from ..files import is_running, parse_json, write_text
from ..terminal import say
from .benchmark_clips import make_benchmark_clip
from .clips import APEX_THRESHOLD, EMOTIONS, Clip, make_clip
from .layouts import LAYOUTS, PlannedClip, plan_clips
from .levels import DEMO, length_names, level_names, load_level
from .parallel import parallel_map
from .styles import STYLES

# Increase it if the same parameters give other pictures or other files.
GENERATOR_VERSION = 1
FPS = 25
STAMP = 'generation.json'
INTENSITIES = 'intensities.json'


@dataclass(frozen=True)
class SynthSpec:
    """The parameters of a generated data set.

    Attributes:
        layout: ``dfew``, ``ferv39k`` or ``mafw``.
        size: Width and height of the frames, pixels.
        seed: Seed of faces and movements.
        clips_per_class: Clips of each emotion in each of five folds. A fold has this
            number of people.
        videos: Whether MP4 files are written next to the frames.
        level: ``demo``, or a level of the benchmark, see ``levels.json``.
        lengths: Benchmark whose distribution of lengths the clips have; not for the
            level ``demo``.
        style: Key of ``STYLES``; not for the level ``demo``.
    """

    layout: str = 'dfew'
    size: int = 64
    seed: int = 0
    clips_per_class: int = 16
    videos: bool = False
    level: str = DEMO
    lengths: str = 'ferv39k'
    style: str = 'drawn'

    def __post_init__(self) -> None:
        for name, known in (
            ('layout', LAYOUTS),
            ('level', level_names()),
            ('lengths', length_names()),
            ('style', STYLES),
        ):
            if getattr(self, name) not in known:
                value = getattr(self, name)
                raise ValueError(f'{name}={value!r}; there are {list(known)}')
        default = (self.lengths, self.style) == ('ferv39k', 'drawn')
        if self.level == DEMO and not default:
            raise ValueError(f'lengths and style do not apply to level={DEMO!r}')
        if self.layout != 'dfew' and self.classes != EMOTIONS:
            raise ValueError(f'layout={self.layout!r} cannot hold level={self.level!r}')
        if self.size < 32 or self.size % 2:  # mmaction2's decord misreads smaller ones
            raise ValueError(f'size={self.size} must be even and at least 32')
        if self.clips_per_class < 1 or self.seed < 0:
            raise ValueError(
                'clips_per_class must be positive, and seed must not be negative'
            )

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names, in label order."""
        return EMOTIONS if self.level == DEMO else load_level(self.level).classes

    def plan(self) -> list[PlannedClip]:
        """All clips of the data set."""
        return plan_clips(self.clips_per_class, self.classes)

    def clip(self, planned: PlannedClip) -> Clip:
        """The content of a clip."""
        own = (self.seed, planned.number, planned.emotion, planned.person)
        if self.level == DEMO:
            return make_clip(*own)
        level = load_level(self.level)
        return make_benchmark_clip(level, *own, lengths=self.lengths, style=self.style)


def ensure_tree(
    root: str | Path,
    spec: SynthSpec,
    *,
    workers: int | None = None,
    report: Callable[[str], None] = say,
) -> bool:
    """Write the data set unless it is there.

    Everything is written into a folder next to `root`, which is renamed to `root` when
    it is complete. So `root` never has an incomplete data set. If clips of an existing
    data set are missing, it is written again.

    Args:
        root: Data root.
        spec: The parameters of the data set.
        workers: Number of processes, by default one per core. It does not change the
            result.
        report: Is called with lines about the progress.

    Returns:
        Whether it was written.

    Raises:
        FileExistsError: If `root` has other content, or a data set with other
            parameters or of another version of the generator. It is not changed.
    """
    root = Path(root).expanduser().absolute()
    if root.is_dir() and any(root.iterdir()):
        _check_stamp(root, spec)
        lost = _lost_clips(root, spec)
        if not lost:
            report(f'Reusing the SYNTHETIC clips in {root}')
            return False
        report(f'{len(lost)} clips, e.g. {lost[0]}, are missing in {root}')
    root.parent.mkdir(parents=True, exist_ok=True)
    prefix = f'.{root.name}.partial-{socket.gethostname()}-'
    _remove_abandoned(root.parent, prefix)
    partial = root.parent / f'{prefix}{os.getpid()}'
    try:
        _write_tree(partial, spec, workers, report)
        if root.is_dir():
            shutil.rmtree(root)
        partial.rename(root)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    report(f'Wrote SYNTHETIC clips to {root}')
    return True


def _stamp(spec: SynthSpec) -> dict:
    return {'generator_version': GENERATOR_VERSION, **asdict(spec)}


def _check_stamp(root: Path, spec: SynthSpec) -> None:
    try:
        found = parse_json((root / STAMP).read_text(encoding='utf-8'))
    except (OSError, ValueError) as error:
        raise FileExistsError(
            f'{root} is not empty and has no generated data set (no readable '
            f'{STAMP}); choose another data_root for synthetic clips'
        ) from error
    wanted = _stamp(spec)
    # Data sets from before the levels have the level `demo`.
    found = {**asdict(SynthSpec()), **found}
    # Additional files do no harm.
    wanted['videos'] = wanted['videos'] or bool(found.get('videos'))
    differing = [
        f'{key} is {found.get(key)!r}, not {value!r}'
        for key, value in wanted.items()
        if found.get(key) != value
    ]
    if differing:
        raise FileExistsError(
            f'{root} has synthetic clips with other parameters '
            f'({"; ".join(differing)}); delete it or choose another data_root'
        )


def _lost_clips(root: Path, spec: SynthSpec) -> list[str]:
    layout = LAYOUTS[spec.layout]
    lost = []
    for clip in spec.plan():
        there = (root / layout.frame_file(clip, 0)).is_file()
        if there and spec.videos:
            there = (root / layout.video_file(clip)).is_file()
        if not there:
            lost.append(layout.name(clip))
    return lost


def _remove_abandoned(folder: Path, prefix: str) -> None:
    """Remove incomplete folders of killed processes of this machine."""
    for path in folder.glob(f'{prefix}*'):
        pid = path.name.removeprefix(prefix)
        if pid.isdecimal() and not is_running(int(pid)):
            shutil.rmtree(path, ignore_errors=True)


def _write_tree(
    root: Path, spec: SynthSpec, workers: int | None, report: Callable[[str], None]
) -> None:
    plan, layout = spec.plan(), LAYOUTS[spec.layout]
    root.mkdir()
    notice = Path(__file__).with_name('notice.txt').read_text(encoding='utf-8')
    write_text(root / 'SYNTHETIC.txt', notice.format(layout=spec.layout.upper()))
    for path, content in layout.annotations(plan).items():
        write_text(root / path, content)
    report(f'Drawing {len(plan)} SYNTHETIC clips of {spec.size} pixels')
    truth = {}
    jobs = [(root, spec, clip) for clip in plan]
    truths = parallel_map(_write_clip, jobs, workers)
    for done, (clip, true) in enumerate(zip(plan, truths, strict=True), start=1):
        # Label sets have the class names in lower case.
        label = layout.class_name(clip.emotion).lower()
        truth[layout.name(clip)] = {'label': label, **true}
        if done % max(1, len(plan) // 4) == 0:
            report(f'  {done} of {len(plan)} clips')
    content = {'apex_threshold': APEX_THRESHOLD, 'clips': truth}
    write_text(root / INTENSITIES, json.dumps(content))
    write_text(root / STAMP, json.dumps(_stamp(spec), indent=2))


def _write_clip(job: tuple[Path, SynthSpec, PlannedClip]) -> dict:
    """Draw and write one clip; return the truth about it."""
    root, spec, planned = job
    layout = LAYOUTS[spec.layout]
    clip = spec.clip(planned)
    frames = [np.ascontiguousarray(f[..., ::-1]) for f in clip.frames(spec.size)]
    for number, frame in enumerate(frames):
        path = root / layout.frame_file(planned, number)
        if number == 0:
            path.parent.mkdir(parents=True, exist_ok=True)
        quality = [cv2.IMWRITE_JPEG_QUALITY, clip.jpeg_quality]
        # OpenCV 5 prints a warning about it for every PNG file.
        options = quality if path.suffix == '.jpg' else []
        done, code = cv2.imencode(path.suffix, frame, options)
        if not done:
            raise OSError(f'OpenCV could not encode {path}')
        path.write_bytes(code.tobytes())
    if spec.videos:
        _write_video(root / layout.video_file(planned), frames, spec.size)
    truth = {'intensity': _rounded(clip.intensity)}
    if spec.level != DEMO:
        truth['movements'] = [
            {'emotion': m.emotion, 'intensity': _rounded(m.intensity)}
            for m in clip.movements
        ]
    return truth


def _rounded(curve: np.ndarray) -> list[float]:
    return [round(float(v), 4) for v in curve]


def _write_video(path: Path, frames: list[np.ndarray], size: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    codec = cv2.VideoWriter.fourcc(*'mp4v')
    writer = cv2.VideoWriter(str(path), codec, FPS, (size, size))
    if not writer.isOpened():
        raise OSError(
            f'this OpenCV cannot write MP4 video, which {path} needs: install '
            'opencv-contrib-python from PyPI, or generate without videos'
        )
    for frame in frames:
        writer.write(frame)
    writer.release()
