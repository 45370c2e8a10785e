"""The list of studies, read from a data file."""

import importlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

LISTED = Path(__file__).with_name('studies.json')

Report = Callable[[str], None]


class Found(NamedTuple):
    """The result of a study.

    Attributes:
        tables: Lines of Markdown.
        says: The result in words, in one or a few sentences.
    """

    tables: list[str]
    says: str


class Study(NamedTuple):
    """A study, as ``studies.json`` lists it.

    Attributes:
        name: Name of its folder, and name on the command line.
        system: System whose part it measures.
        asked: Its question, a sentence.
        command: Command line that measures only this study.
        study: Module with a function ``study(folder, report) -> Found`` that measures
            what its folder lacks.
    """

    name: str
    system: str
    asked: str
    command: str
    study: str

    def run(self, folder: Path, report: Report) -> Found:
        """Measures what is missing, and returns all results."""
        return importlib.import_module(self.study).study(folder, report)


def read_studies(only: Iterable[str] = (), path: Path = LISTED) -> list[Study]:
    """The listed studies, or some of them in their order.

    Args:
        only: Names; all if there are none.
        path: The list.

    Raises:
        ValueError: A name is not listed, or an entry is not one of a :class:`Study`.
    """
    try:
        studies = [Study(**entry) for entry in json.loads(path.read_text('utf-8'))]
    except TypeError as error:
        raise ValueError(f'{path}: {error}; see lab.seed_systems.listing') from error
    only = set(only)
    unknown = only - {study.name for study in studies}
    if unknown:
        known = ', '.join(study.name for study in studies)
        raise ValueError(f'no study {", ".join(sorted(unknown))}; there are {known}')
    return [study for study in studies if not only or study.name in only]
