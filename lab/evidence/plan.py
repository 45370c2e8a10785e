"""Plan of the experiment, a data file: configs, and conditions to run them under."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..paths import CONFIGS

SHIPPED = Path(__file__).with_name('plan.json')
FOLDERS = ('ablations', 'baselines')  # folders of lab/configs/; no name is in both


@dataclass(frozen=True)
class Job:
    """One training.

    Attributes:
        config: Name of a file in the plan's folder of configs.
        condition: Key of the plan's conditions.
        repeat: From 0. Repeat r has seed r and tests on the plan's fold r, counted
            round and round, so that repeats differ in people as well as in chance.
    """

    config: str
    condition: str
    repeat: int

    @property
    def name(self) -> str:
        """Its folder, inside that of all jobs."""
        return f'{self.condition}/{self.config}/repeat{self.repeat}'


@dataclass(frozen=True)
class EvidencePlan:
    """The content of ``plan.json``.

    Attributes:
        conditions: Name -> ``level``, and where they differ from the default ``data``
            (arguments of the data set), ``vlm``, ``tower`` (changes to the config, as
            ``key=value``), ``repeats`` and ``other_style``.
        groups: Tables of the report: ``title``, ``compare`` (the config that the others
            are compared with), ``conditions``, ``configs`` and, if wanted, a ``note``.
        vlms: Name -> options to make a weaker or stronger vision-language model.
        perturbations: Modes of ``PerturbTime`` that every model is tested under.
        sensitivity: Configs that are tested under them and in another style; all of
            them if left out.
        repeats: Trainings of each config under each condition that does not say how
            many.
        folds: Folds for testing. No choice was made on them: the defaults were chosen
            on the other folds (lab/search).
        clips_per_class: Clips of each class in each of the five folds.
        reference: The config that stands for TG-DFER.
        overrides: Changes to every config, as ``key=value`` of a flat dict.
        page: Key of :data:`lab.evidence.pages.PAGES`, the page to write.
        frames_note: A remark on the table of the frames.
        names: Config -> its name on the page, if that is different.
    """

    conditions: dict[str, dict]
    groups: list[dict]
    vlms: dict[str, dict]
    perturbations: list[str]
    repeats: int
    clips_per_class: int
    reference: str
    overrides: dict | None = None
    sensitivity: list[str] | None = None
    folds: tuple[int, ...] = (1, 2, 3)
    page: str = 'parts'
    frames_note: str = ''
    names: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: str | Path = SHIPPED) -> 'EvidencePlan':
        """Reads a plan.

        Args:
            path: JSON file, or the name of a shipped one: ``plan``, ``methods``.

        Raises:
            FileNotFoundError: There is no such plan.
            ValueError: The file is no JSON, lacks an entry or has an unknown one; a
                group names a condition or a config that does not exist, or compares
                with a config that it does not have; repeats are not positive, or a fold
                is not from 1 to 5.
        """
        path = _find(path)
        try:
            plan = cls(**json.loads(path.read_text(encoding='utf-8')))
        except (json.JSONDecodeError, TypeError) as error:
            raise ValueError(f'{path} is no plan: {error}') from error
        for name in plan.conditions:
            if plan.repeats_of(name) < 1:
                raise ValueError(f'{path}: repeats of {name!r} must be at least 1')
        if not plan.folds or set(plan.folds) - set(range(1, 6)):
            raise ValueError(f'{path}: folds={plan.folds}; there are those from 1 to 5')
        for group in plan.groups:
            unknown = set(group['conditions']) - set(plan.conditions)
            if unknown:
                raise ValueError(
                    f'{path}: group {group["title"]!r} names the unknown conditions '
                    f'{sorted(unknown)}'
                )
            for config in group['configs']:
                if not plan.config_file(config).is_file():
                    raise ValueError(
                        f'{path}: group {group["title"]!r} names {config!r}, but there '
                        f'is no {plan.config_file(config)}'
                    )
            if group['compare'] not in group['configs']:
                raise ValueError(
                    f'{path}: group {group["title"]!r} compares with '
                    f'{group["compare"]!r}, which is not among its configs'
                )
        return plan

    def config_file(self, config: str) -> Path:
        """The path of a config."""
        return config_file(config)

    def repeats_of(self, condition: str) -> int:
        """Number of trainings of each config under a condition."""
        return self.conditions[condition].get('repeats', self.repeats)

    def fold(self, repeat: int) -> int:
        """The fold that a repeat tests on."""
        return self.folds[repeat % len(self.folds)]

    def jobs(self) -> Iterator[Job]:
        """Every training once; trainings on the same data follow each other."""
        seen = set()
        for group in self.groups:
            for condition in group['conditions']:
                for config in group['configs']:
                    for repeat in range(self.repeats_of(condition)):
                        job = Job(config, condition, repeat)
                        if job not in seen:
                            seen.add(job)
                            yield job


def config_file(config: str) -> Path:
    """The path of the config with a name, in one of the folders of ``lab/configs/``."""
    files = [CONFIGS / folder / f'{config}.py' for folder in FOLDERS]
    return next((file for file in files if file.is_file()), files[0])


def _find(path: str | Path) -> Path:
    shipped = sorted(SHIPPED.parent.glob('*.json'))
    named = {file.stem: file for file in shipped}.get(str(path), Path(path))
    if not named.is_file():
        known = ', '.join(file.stem for file in shipped)
        raise FileNotFoundError(f'{path}: no such plan; those shipped are {known}')
    return named
