"""The plan of the experiment: which configs run under which conditions; a data file."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..paths import CONFIGS

SHIPPED = Path(__file__).with_name('plan.json')


@dataclass(frozen=True)
class Job:
    """One training.

    Attributes:
        config: Name of a file in the plan's folder of configs.
        condition: Key of the plan's conditions.
        repeat: From 0. Repeat r has seed r and tests on fold r + 1, so that repeats
            differ in people as well as in chance.
    """

    config: str
    condition: str
    repeat: int

    @property
    def name(self) -> str:
        """Its folder, below that of all jobs."""
        return f'{self.condition}/{self.config}/repeat{self.repeat}'


@dataclass(frozen=True)
class EvidencePlan:
    """What ``plan.json`` says.

    Attributes:
        conditions: Name -> ``level``, and where they differ from the default ``data``
            (arguments of the data set), ``vlm`` and ``other_style``.
        groups: Tables of the report: ``title``, ``compare`` (the config that the others
            are compared with), ``conditions``, ``configs`` and, if wanted, a ``note``.
        vlms: Name -> how a weaker or stronger vision-language model is made.
        perturbations: Modes of ``PerturbTime`` that every model is tested under.
        sensitivity: Configs that are tested under them and in another style; all of
            them if left out.
        repeats: Trainings of each config under each condition, 1 to 5.
        clips_per_class: Clips of each class in each of the five folds.
        reference: The config that stands for TG-DFER.
        overrides: Changes to every config, as ``key=value`` of a flat dict.
        folder: Where the configs are, below ``lab/configs/``.
        page: Key of :data:`lab.evidence.pages.PAGES`: how it is reported.
        frames_note: A remark on the table of the frames.
        names: Config -> its name for people, where that is another one.
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
    folder: str = 'ablations'
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
            ValueError: The file is no JSON, lacks an entry or has one too many; a group
                names a condition that the plan does not define, a config that is not
                there, or compares with one that it does not have; or repeats are not 1
                to 5.
        """
        path = _find(path)
        try:
            plan = cls(**json.loads(path.read_text(encoding='utf-8')))
        except (json.JSONDecodeError, TypeError) as error:
            raise ValueError(f'{path} is no plan: {error}') from error
        if not 1 <= plan.repeats <= 5:
            raise ValueError(f'{path}: repeats={plan.repeats}; there are five folds')
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
        """Where a config is."""
        return CONFIGS / self.folder / f'{config}.py'

    def jobs(self) -> Iterator[Job]:
        """Every training once, those of the same data after one another."""
        seen = set()
        for group in self.groups:
            for condition in group['conditions']:
                for config in group['configs']:
                    for repeat in range(self.repeats):
                        job = Job(config, condition, repeat)
                        if job not in seen:
                            seen.add(job)
                            yield job


def _find(path: str | Path) -> Path:
    shipped = sorted(SHIPPED.parent.glob('*.json'))
    named = {file.stem: file for file in shipped}.get(str(path), Path(path))
    if not named.is_file():
        known = ', '.join(file.stem for file in shipped)
        raise FileNotFoundError(f'{path}: no such plan; those shipped are {known}')
    return named
