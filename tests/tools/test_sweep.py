"""The search of settings: tools/sweep.py, without a training."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / 'tools/sweep.py'
SPACE = dict(fixed={}, searched={'x': {'low': 0.0, 'high': 1.0}})


@pytest.fixture(scope='module')
def tool():
    spec = importlib.util.spec_from_file_location('tools_sweep', SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def new_study(tmp_path):
    optuna = pytest.importorskip('optuna')
    optuna.logging.set_verbosity(optuna.logging.WARNING)

    def new(name):
        backend = optuna.storages.journal.JournalFileBackend(str(tmp_path / name))
        return optuna.create_study(
            storage=optuna.storages.JournalStorage(backend),
            study_name='s',
            direction='maximize',
            load_if_exists=True,
        )

    return new


class Killed(BaseException):
    """Ends a sweep as a signal does."""


def test_a_killed_sweep_goes_on_as_if_it_had_not_been(tool, new_study):
    def score(number, settings):
        if number == 3:
            raise RuntimeError('CUDA out of memory')
        return 1 - (settings['x'] - 0.3) ** 2

    tool.sweep(new_study('whole'), SPACE, 9, 0, score)

    cut = []

    def killed(number, settings):
        if number in (2, 7) and number not in cut:
            cut.append(number)
            raise Killed
        return score(number, settings)

    for _ in cut, cut:
        with pytest.raises(Killed):
            tool.sweep(new_study('cut'), SPACE, 9, 0, killed)
    tool.sweep(new_study('cut'), SPACE, 9, 0, killed)
    assert cut == [2, 7]
    tables = [tool.as_table(new_study(n), SPACE['searched']) for n in ('whole', 'cut')]
    assert tables[0] == tables[1]
    assert tables[0].count('\n') == 11 and '| 3 | failed |' in tables[0]
    # What is finished stays so.
    tool.sweep(new_study('cut'), SPACE, 9, 0, None)


def test_more_trials_are_added_to_those_there(tool, new_study):
    numbers = []

    def score(number, settings):
        numbers.append(number)
        return settings['x']

    tool.sweep(new_study('a'), SPACE, 2, 0, score)
    tool.sweep(new_study('a'), SPACE, 4, 0, score)
    assert numbers == [0, 1, 2, 3]


def test_a_training_is_read_and_never_repeated(tool, tmp_path):
    write = (
        'import json, pathlib; p = pathlib.Path("fold1"); p.mkdir(); '
        '(p / "confusion_matrix.json").write_text(json.dumps(dict(UAR=40.0)))'
    )
    run = f'import os; os.chdir({str(tmp_path)!r}); {write}'
    assert tool.train([sys.executable, '-c', run], tmp_path) == 40.0
    assert tool.train(['/no/such/command'], tmp_path) == 40.0


def test_a_training_that_fails_says_why(tool, tmp_path):
    run = 'import sys; print("fine"); sys.exit("error: no such clip\\n")'
    with pytest.raises(RuntimeError, match='^error: no such clip$'):
        tool.train([sys.executable, '-c', run], tmp_path)


@pytest.mark.parametrize(
    ('text', 'said'),
    [
        ('{', 'cannot be read'),
        ('{"fixed": {}}', 'needs "searched"'),
        ('{"searched": {}, "fixed": 3}', '"fixed" goes from'),
        ('{"searched": {"a.b": 3}}', '"a.b" needs'),
        ('{"searched": {"a": {"low": 1, "high": 1}}}', '"a" needs'),
        ('{"searched": {"a": {"choices": []}}}', '"a" needs'),
        ('{"searched": {"a": {"low": 0, "high": 1, "logs": true}}}', '"a" needs'),
        ('{"searched": {"a": {"low": 0, "high": 1, "log": true}}}', 'above 0'),
    ],
)
def test_a_space_of_another_form_is_refused(tool, tmp_path, text, said):
    path = tmp_path / 'space.json'
    path.write_text(text)
    with pytest.raises(tool.SweepError, match=f'space.json: .*{said}'):
        tool.read_space(path)


def test_a_key_that_the_config_lacks_is_refused(tool):
    shipped = tool.read_space(SCRIPT.with_name('sweep_synth.json'))
    tool.check_keys('tgdfer_synth', [*shipped['fixed'], *shipped['searched']])
    for wrong in ('model.cls_head.rhoo', 'param_scheduler.7.T_max', 'model.type.x'):
        with pytest.raises(tool.SweepError, match=f'no {wrong!r}'):
            tool.check_keys('tgdfer_synth', [wrong])


def test_validation_people_are_no_training_people_and_nothing_is_tested(tool):
    from tgdfer_mm.datasets.validation_part import validation_clips
    from tgdfer_mm.synth.layouts import plan_clips

    options = tool.held_out(0.25)
    assert options['test_dataloader'] is None
    plan = [each for each in plan_clips(4) if each.fold != 1]
    chosen = validation_clips(
        [f'{each.number:05d}' for each in plan],
        [each.label for each in plan],
        options['val_dataloader.dataset.val_part'],
    )
    people = {True: set(), False: set()}
    for each in plan:
        people[f'{each.number:05d}' in chosen].add(each.person)
    assert len(people[True]) == 4 and not people[True] & people[False]


def test_the_shipped_space_is_plain_json():
    text = SCRIPT.with_name('sweep_synth.json').read_text(encoding='utf-8')
    assert len(json.loads(text)['searched']) == 5
