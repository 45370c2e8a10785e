"""Studies go on when one fails, and their page keeps what was found."""

import json

import pytest

from lab import seeds
from lab.pairs import compare, pair_lines
from lab.paths import DOCS, ROOT
from lab.seed_systems.listing import Found, Study, read_studies
from lab.seed_systems.page import page_text, write_page
from lab.seed_systems.running import run_studies

MADE = dict(version='1', torch='2', machine='m')


class Made(Study):
    """A study that is over at once: it fails if it is called ``bad``."""

    def run(self, folder, report):
        if self.name == 'bad':
            raise KeyError('no such arm')
        report(f'in {folder.name}')
        return Found([f'| {self.name} |'], f'{self.name} is more.')


def made(*names):
    return [Made(name, name.upper(), f'{name}?', f'run {name}', '') for name in names]


def test_a_failing_study_does_not_hold_up_the_others(tmp_path):
    said = []
    found, failed = run_studies(made('one', 'bad', 'two'), tmp_path, said.append)
    assert list(found) == ['one', 'two'] and 'in two' in said
    assert failed == {'bad': "KeyError: 'no such arm'"}
    assert found['one']['tables'] == ['| one |']


def test_the_time_of_all_calls_is_added(tmp_path):
    (tmp_path / 'seconds.json').write_text('{"one": 600, "other": 5}')
    found, _ = run_studies(made('one'), tmp_path, lambda line: None)
    assert found['one']['seconds'] == 600
    times = json.loads((tmp_path / 'seconds.json').read_text())
    assert times['one'] > 600 and times['other'] == 5


@pytest.mark.parametrize('text', ['{"one": ', '[]', '{"one": "long"}', '{"one": NaN}'])
def test_damaged_times_are_named_before_anything_is_measured(
    tmp_path, monkeypatch, text
):
    monkeypatch.setattr(seeds, 'read_studies', lambda only=(): made('one'))
    (tmp_path / 'seconds.json').write_text(text)
    call = ['--out', str(tmp_path / 'seeds.md'), '--work', str(tmp_path)]
    with pytest.raises(SystemExit, match=r'seconds.json.* Delete it'):
        seeds.main(call)
    assert 'one is more.' not in (tmp_path / 'seeds.md').read_text()


def test_times_that_are_damaged_meanwhile_lose_no_measurement(tmp_path):
    file = tmp_path / 'seconds.json'
    file.write_text('{"two": 600, "other": 5}')
    found, failed = run_studies(
        made('one', 'two'), tmp_path, lambda line: file.write_text('{"one": ')
    )
    assert list(found) == ['one', 'two'] and not failed
    assert found['two']['seconds'] == 600


@pytest.mark.slow
def test_two_at_once_find_what_one_after_another_finds(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / 'made_study.py').write_text(
        'from lab.seed_systems.listing import Found\n'
        'def study(folder, report):\n'
        "    return Found([f'| {1 / len(folder.name[2:])} |'], f'{folder.name}.')\n"
    )
    studies = [Study(name, 'A', '?', 'run', 'made_study') for name in ('one', 'no')]
    found, failed = run_studies(studies, tmp_path, print, jobs=2)
    alone, why = run_studies(studies, tmp_path / 'alone', print)
    assert found['one']['tables'] == alone['one']['tables'] == ['| 1.0 |']
    assert failed == why == {'no': 'ZeroDivisionError: division by zero'}


def test_a_page_keeps_what_it_has_of_studies_that_were_not_run(tmp_path):
    page, studies = tmp_path / 'seeds.md', made('one', 'two', 'three')
    for name in ('one', 'two'):
        found, _ = run_studies(made(name), tmp_path, lambda line: None)
        write_page(page, studies, found)
    text = page.read_text()
    assert '| one |' in text and '| two |' in text and 'run three' in text
    assert text.count('Not measured yet.') == 1
    assert text.index('## one') < text.index('## two') < text.index('## three')


def test_times_are_minutes_with_their_sum():
    found = dict(tables=[], says='', **MADE)
    kept = dict(a=found | dict(seconds=60), b=found | dict(seconds=180))
    text = page_text('seeds.md', made('a', 'b'), kept)
    assert '| 3 |' in text and '| all |  | 4 |' in text


def test_the_command_ends_with_one_where_a_study_failed(tmp_path, monkeypatch):
    monkeypatch.setattr(seeds, 'read_studies', lambda only=(): made('one', 'bad'))
    page = tmp_path / 'seeds.md'
    with pytest.raises(SystemExit, match='bad was not measured: KeyError'):
        seeds.main(['--out', str(page), '--work', str(tmp_path / 'work')])
    assert 'one is more.' in page.read_text()


def test_an_unknown_study_is_refused_with_those_that_there_are(tmp_path):
    with pytest.raises(SystemExit, match='no study nothing; there are dcin'):
        seeds.main(['--out', str(tmp_path / 'seeds.md'), '--only', 'nothing'])
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_written_is_said_before_anything_is_measured(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(seeds, 'read_studies', lambda only=(): made('one'))
    monkeypatch.setattr(seeds, 'run_studies', lambda *_: pytest.fail('measured'))
    figures, file = tmp_path / 'seeds.json', tmp_path / 'file'
    figures.write_text('{')
    file.write_text('')
    for out, work, said in (
        (figures, 'work', 'written as .md'),  # its own file of figures
        (tmp_path / 'seeds.md', 'work', 'seeds.json cannot be read'),
        (file / 'other.md', 'work', 'nothing is measured'),
        (tmp_path / 'other.md', 'file', 'nothing is measured'),
    ):
        with pytest.raises(SystemExit, match=said):
            seeds.main(['--out', str(out), '--work', str(tmp_path / work)])
    assert figures.read_text() == '{'


def test_a_wrong_entry_of_the_list_names_the_file(tmp_path):
    path = tmp_path / 'studies.json'
    path.write_text('[{"name": "a", "heading": "b"}]')
    with pytest.raises(ValueError, match=r'studies.json: .*heading'):
        read_studies(path=path)


def test_listed_studies_are_there_and_name_their_commands():
    studies = read_studies()
    assert len({study.name for study in studies}) == len(studies)
    for study in studies:
        assert (ROOT / f'{study.study.replace(".", "/")}.py').is_file()
        assert (ROOT / study.command.split()[1]).is_file()
    assert [s.name for s in read_studies(['mira', 'dcin'])] == ['dcin', 'mira']


def test_the_page_in_the_documentation_is_that_of_its_figures():
    kept = json.loads((DOCS / 'seeds.json').read_text(encoding='utf-8'))
    studies = read_studies()
    assert set(kept) <= {study.name for study in studies}
    page = (DOCS / 'seeds.md').read_text(encoding='utf-8')
    assert page == page_text('seeds.md', studies, kept)


def test_a_pair_counts_by_its_corrected_p():
    base = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    more = [x + 2 + 0.01 * i for i, x in enumerate(base)]
    noise = [x + (-1) ** i for i, x in enumerate(base)]
    pairs = compare([('a', more, base), ('b', base, more), ('c', noise, base)])
    assert [pair.verdict for pair in pairs] == ['more', 'less', 'noise']
    assert pairs[0].in_words() == '2.0 points higher'
    assert pairs[1].in_words('levels') == '2.0 levels lower'
    assert 'within noise' in pairs[2].in_words()
    alone = compare([('a', more, base)])[0]
    assert alone.p < pairs[0].p <= 3 * alone.p * 1.0001
    assert '| a | +2.02 [+2.01, +2.04] |' in pair_lines(pairs, digits=2)[2]


def test_a_single_repeat_has_no_interval_and_tells_nothing():
    [pair] = compare([('a', [3.0], [1.0])])
    assert (pair.difference, pair.interval, pair.verdict) == (2.0, None, 'noise')
    assert '| a | +2.0 | 1.0000 | noise |' in pair_lines([pair])
