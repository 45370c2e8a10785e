"""Page with the results of the studies, and the file of their figures."""

import json
import platform
from collections.abc import Iterable
from pathlib import Path

import torch

from lab.markdown import table_lines
from tgdfer_mm import __version__
from tgdfer_mm.files import read_json, write_text

from .listing import Study

_HEAD = """\
# Measurements of related methods

This page measures the parts of related methods that this package has.
[baselines.md](baselines.md) describes each of them. **The faces are
drawn**, so the truth is known. Every result is shown, also if a part does not help. No
figure is about real faces, and none is a result of a system's authors.

Unless a section says otherwise there are six repeats, each with other people.
Differences are those of pairs within a repeat, with Student's 95 % interval. The
p-value is that of a paired t-test, corrected by Holm over its table. A difference is
called noise if p is not below 0.05.

```bash
{command}
```

This command measures what is missing, and writes this page from `{kept}`. After an
interruption it continues. The minutes are the sum over all calls, on one core that
other programs used too.
"""


def write_page(page: Path, studies: Iterable[Study], found: dict[str, dict]) -> None:
    """Adds results to the page's file of figures, and writes the page.

    Args:
        page: Markdown file; the figures are next to it, in one of the same name ending
            in ``.json``. Earlier figures of studies that were not run are kept.
        studies: All studies of the page, in this order.
        found: Result of :func:`~lab.seed_systems.running.run_studies`.
    """
    path = page.with_suffix('.json')
    kept = read_json(path) if path.is_file() else {}
    for name, result in found.items():
        made = dict(version=__version__, torch=str(torch.__version__).split('+')[0])
        kept[name] = {**result, **made, 'machine': platform.machine()}
    write_text(path, json.dumps(kept, indent=1, ensure_ascii=False) + '\n')
    write_text(page, page_text(page.name, studies, kept))


def page_text(name: str, studies: Iterable[Study], kept: dict[str, dict]) -> str:
    """The page.

    Args:
        name: Name of its file.
        studies: The studies, in the order of the sections.
        kept: Result of each study; the page says so if there is none.
    """
    studies = list(studies)
    command = f'python lab/seeds.py --out docs/{name}'
    lines = [_HEAD.format(command=command, kept=Path(name).with_suffix('.json'))]
    measured = [study for study in studies if study.name in kept]
    minutes = [kept[study.name]['seconds'] / 60 for study in measured]
    rows = [
        [f'[{s.system}](#{s.name})', kept[s.name]['says'], f'{taken:.0f}']
        for s, taken in zip(measured, minutes, strict=True)
    ]
    rows.append(['all', '', f'{sum(minutes):.0f}'])
    lines += [*table_lines(['system', 'what was found', 'minutes'], rows), '']
    for study in studies:
        lines += _section(study, kept.get(study.name))
    return '\n'.join(lines)


def _section(study: Study, found: dict | None) -> list[str]:
    head = [f'## {study.name}', '', f'**{study.system}.** {study.asked}', '']
    tail = ['```bash', study.command, '```', '']
    if found is None:
        return [*head, 'Not measured yet.', '', *tail]
    made = f'Version {found["version"]}, torch {found["torch"]}, {found["machine"]}.'
    return [*head, *found['tables'], '', found['says'], '', made, '', *tail]
