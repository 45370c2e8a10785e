"""Counts, folds and labels of the lists."""

import shutil

import pytest

from tgdfer_mm.labels.classes import load_classes

SET_1 = 'EmoLabel_DataSplit/test(single-labeled)/set_1.csv'


def edit(root, path, change):
    text = (root / path).read_bytes().decode()
    (root / path).write_bytes(change(text).encode())


@pytest.mark.parametrize('name', ['dfew', 'mafw', 'ferv39k'])
def test_a_whole_copy_has_no_finding(copy, check, name):
    report, found = check(name, copy(name))
    assert report['ok'] and set(found) <= {'frames-unpadded', 'clips-short'}
    rows = report['training']
    assert all(row['absent'] == row['empty'] == 0 for row in rows)
    assert {row['subset'] for row in rows} == {'train', 'test'}
    listed = {'dfew': (56, 14), 'mafw': (88, 22), 'ferv39k': (28, 14)}[name]
    assert {row['listed'] for row in rows} == set(listed)


def test_counts_are_held_against_the_published_ones(copy, check):
    report, _ = check('dfew', copy('dfew'), counts='auto')
    assert report['counts'] == 'published' and not report['ok']
    sizes = [f['message'] for f in report['findings'] if f['code'] == 'list-size']
    assert len(sizes) == 11  # each list and the whole
    assert 'set_1.csv) has 14 clips, published are 2341' in sizes[1]


def test_counts_that_fit_are_no_finding(copy, check, small_facts):
    small_facts('dfew')
    report, found = check('dfew', copy('dfew'), counts='published')
    assert report['ok'] and report['counts'] == 'published'


def test_another_class_order_is_named(copy, check, small_facts):
    root = copy('dfew')
    for path in root.glob('EmoLabel_DataSplit/*/*.csv'):
        # One clip of label 2 less: sad by the authors, disgust by the alphabet.
        lines = path.read_text().splitlines()
        first = next((line for line in lines if line.endswith(',2')), None)
        kept = [line for line in lines if line != first or 'set_1' not in path.name]
        path.write_text('\n'.join(kept) + '\n')
    counts = [2] * 7
    counts[5] = 1
    small_facts('dfew')
    from tgdfer_mm.datasets.tools.check import facts

    known = facts.load_facts('dfew')
    known['lists']['single']['folds']['1'] = {'test': 13, 'test_class_counts': counts}
    del known['lists']['single']['class_counts'], known['lists']['single']['clips']
    small_facts('dfew', lists=known['lists'])
    _, found = check('dfew', root, counts='published')
    assert "class order 'alphabetical'" in found['class-order']['message']


def test_other_counts_per_class(copy, check, small_facts):
    small_facts('dfew')
    root = copy('dfew')
    edit(root, SET_1, lambda text: text.replace('1,1\n', '1,2\n', 1))
    report, found = check('dfew', root, counts='published')
    assert '[1, 3, 2, 2, 2, 2, 2]' in found['class-counts']['message']
    assert not report['ok']


def test_labels_that_differ_between_lists(copy, check):
    root = copy('dfew')
    edit(root, SET_1, lambda text: text.replace('1,1\n', '1,2\n', 1))
    _, found = check('dfew', root)
    assert found['label-conflict']['examples'] == ('00001',)
    assert 'set_1.csv' in found['label-conflict']['message']


def test_a_clip_that_trains_and_tests(copy, check):
    root = copy('dfew')
    edit(root, SET_1, lambda text: text + '15,1\n')
    _, found = check('dfew', root)
    assert found['train-test-overlap']['examples'] == ('00015',)
    assert found['test-folds-overlap']['examples'] == ('00015',)


def test_a_clip_that_one_fold_lacks(copy, check):
    root = copy('dfew')
    edit(root, SET_1, lambda text: text.replace('2,1\n', '', 1))
    _, found = check('dfew', root)
    assert found['fold-incomplete']['examples'] == ('00002',)


def test_folds_of_somebody_else(copy, check, small_facts):
    small_facts('dfew')
    root = copy('dfew')
    for subset in ('train', 'test'):
        folder = root / f'EmoLabel_DataSplit/{subset}(single-labeled)'
        (folder / 'set_1.csv').rename(folder / 'x')
        (folder / 'set_4.csv').rename(folder / 'set_1.csv')
        (folder / 'x').rename(folder / 'set_4.csv')
    report, found = check('dfew', root, counts='published')
    assert report['ok']  # counts and folds are right, so it is only a warning
    assert found['folds-rearranged']['severity'] == 'warning'


def test_labels_from_0_are_detected_in_zero_padded_rewritten_lists(copy, check):
    root = copy('dfew')
    for path in root.glob('EmoLabel_DataSplit/*/*.csv'):
        rows = [line.split(',') for line in path.read_text().splitlines()[1:]]
        text = ''.join(f'{int(n):05d},{int(k) - 1}\n' for n, k in rows)
        path.write_text('video_name,label\n' + text)
    report, found = check('dfew', root)
    assert report['ok'] and 'start at 0' in found['labels-from-0']['message']
    assert {row['label_base'] for row in report['training']} == {0}
    assert report['training'][0]['class_counts'] == [8] * 7


def test_lists_that_do_not_show_their_first_label_need_it_stated(copy, check):
    root = copy('dfew')
    for path in root.glob('EmoLabel_DataSplit/*/*.csv'):
        rows = [line.split(',') for line in path.read_text().splitlines()[1:]]
        kept = [f'{n},{int(k) - 1}\n' for n, k in rows if k != '1']
        path.write_text('video_name,label\n' + ''.join(kept))
    report, found = check('dfew', root, counts='none')
    assert not report['ok']
    assert 'set label_base=1 (or 0)' in found['list-unreadable']['message']
    report, found = check('dfew', root, counts='none', label_base=0)
    assert 'list-unreadable' not in found
    assert report['training'][0]['class_counts'] == [0, *[8] * 6]


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        (lambda t: t.replace(',', ';'), 'line 1'),
        (lambda t: t.replace('1,1\n', '1,8\n', 1), 'line 2: label 8 is out of range'),
        (lambda t: t + '1,1\n', 'line 16: clip 00001 is already in line 2'),
        (lambda t: t.replace('video_name,label\n', ''), 'line 1: the header should be'),
        (lambda t: t + 'x,1\n', 'line 16: expected'),
        (lambda t: t + '99,1,2\n', 'line 16: expected'),
        (lambda t: '', 'set_1.csv'),
    ],
    ids=['delimiter', 'range', 'duplicate', 'no header', 'number', 'fields', 'empty'],
)
def test_a_malformed_list_is_named_with_its_line(copy, check, change, words):
    root = copy('dfew')
    edit(root, SET_1, change)
    report, found = check('dfew', root)
    assert not report['ok'] and words in found['list-unreadable']['message']
    assert len(report['training']) == 9  # the other lists are read all the same


@pytest.mark.parametrize(
    'change',
    [lambda t: t.replace('\n', '\r\n'), lambda t: '\ufeff' + t, lambda t: t + '\n\n'],
    ids=['CRLF', 'BOM', 'blank lines'],
)
def test_harmless_variants_of_a_list_are_read(copy, check, change):
    root = copy('dfew')
    edit(root, SET_1, change)
    assert check('dfew', root)[0]['ok']


def test_a_header_in_front_of_ferv39k_s_list_is_an_error(copy, check):
    root = copy('ferv39k')
    edit(root, '4_setups/All_scenes/test_All.csv', lambda t: 'path label\n' + t)
    _, found = check('ferv39k', root)
    assert 'test_All.csv, line 1' in found['list-unreadable']['message']


def test_a_missing_list_is_an_error(copy, check):
    root = copy('dfew')
    (root / SET_1).unlink()
    report, found = check('dfew', root)
    assert not report['ok'] and found['list-missing']['examples'] == (SET_1,)


def test_no_list_at_all_is_one_finding(copy, check):
    root = copy('dfew')
    shutil.rmtree(root / 'EmoLabel_DataSplit')
    report, found = check('dfew', root)
    assert len(found['list-missing']['examples']) == 10 and not report['training']


def test_a_setting_without_any_list_is_not_asked_for(copy, check):
    root = copy('mafw')
    shutil.rmtree(root / 'Train & Test Set/compound')
    report, found = check('mafw', root)
    assert report['ok'] and {r['setting'] for r in report['training']} == {'single'}


def test_lists_with_captions_in_gb18030(copy, check):
    root = copy('mafw')
    for path in (root / 'Train & Test Set/single/no_caption').rglob('*.txt'):
        rows = [line.split() for line in path.read_text().splitlines()]
        text = ''.join(f'{c}\t{k}\t 微笑 \tsmiles  twice. \r\n' for c, k in rows)
        other = path.parents[2] / 'with_caption' / path.parent.name / path.name
        other.parent.mkdir(parents=True, exist_ok=True)
        other.write_bytes(text.encode('gb18030'))
    report, _ = check('mafw', root)
    rows = [r for r in report['training'] if r['setting'] == 'single with captions']
    assert report['ok'] and len(rows) == 10 and rows[0]['listed'] == 88


class TestScenes:
    def test_sizes(self, copy, check, small_facts):
        facts = {'Crime': {'train': 14, 'test': 7}, 'War': {'train': 14, 'test': 8}}
        folds = {'': {'train': 28, 'test': 14}}
        small_facts(
            'ferv39k', scenes=facts, lists={'single': {'clips': 42, 'folds': folds}}
        )
        report, found = check('ferv39k', copy('ferv39k'), counts='published')
        assert found['scene-size']['examples'] == ('War: 7, not 8',)
        assert set(found) == {'scene-size', 'clips-short'}

    def test_lists_of_single_scenes_agree_with_that_of_all(self, copy, check):
        root = copy('ferv39k')
        edit(root, '4_setups/22_scenes/test_War.csv', lambda t: t.split('\n', 1)[1])
        report, found = check('ferv39k', root)
        assert found['scene-lists']['examples'][0].endswith('test_War.csv')

    def test_lists_of_one_scene_in_two_other_places(self, copy, check):
        root = copy('ferv39k')
        (root / '4_setups/22_scenes').rename(root / '22_scenes')
        other = root / 'FERV39k/22_scenes/test_War.csv'
        other.parent.mkdir(parents=True)
        other.write_text('War/Sad/0000 Sad\n')
        _, found = check('ferv39k', root)
        assert 'FERV39k/22_scenes/test_War.csv' in found['scene-lists']['message']

    def test_gaps_in_the_numbers(self, copy, check, small_facts):
        small_facts('ferv39k', lists={'single': {'folds': {'': {}}}})
        root = copy('ferv39k')
        edit(
            root,
            '4_setups/All_scenes/train_All.csv',
            lambda t: t.replace('War/Fear/0001 Fear\n', ''),
        )
        _, found = check('ferv39k', root, counts='published')
        assert found['scene-gaps']['examples'] == ('War/Fear',)

    def test_an_id_is_no_key(self, copy, check):
        report, _ = check('ferv39k', copy('ferv39k'))
        assert report['training'][0]['listed'] == 28  # of only 2 different ids


def test_unknown_arguments(copy, check, tmp_path):
    with pytest.raises(NotADirectoryError, match='nowhere'):
        check('dfew', tmp_path / 'nowhere')
    with pytest.raises(ValueError, match="not 'some'"):
        check('dfew', copy('dfew'), counts='some')
    with pytest.raises(ValueError, match="not 'audio'"):
        check('dfew', tmp_path, media='audio')
    with pytest.raises(ValueError, match="facts of .*not of 'affwild'"):
        check('affwild', tmp_path)


def test_lists_that_differ_in_two_places_are_told_from_one_another(copy, check):
    root = copy('dfew')
    name = 'train(single-labeled)/set_1.csv'
    own = root / 'EmoLabel_DataSplit' / name
    for folder in ('labels', 'split'):
        (root / folder / name).parent.mkdir(parents=True)
    (root / 'labels' / name).write_text(own.read_text() + '00999,1\n')
    found = check('dfew', root)[1]['list-copies']
    assert found['severity'] == 'warning' and 'although' in found['message']
    assert found['examples'] == (str(root / 'labels' / name),)
    (root / 'split' / name).write_text(own.read_text() + '00998,1\n')
    own.unlink()
    report, found = check('dfew', root)
    assert not report['ok'] and len(found['list-ambiguous']['examples']) == 2
    assert 'split_file' in found['list-ambiguous']['advice']


def test_missing_lists_of_single_scenes_are_a_note(copy, check):
    root = copy('ferv39k')
    (root / '4_setups/22_scenes/train_War.csv').unlink()
    report, found = check('ferv39k', root)
    assert report['ok'] and found['scene-lists-missing']['severity'] == 'note'
    assert (
        'no train lists of the scenes War.' in found['scene-lists-missing']['message']
    )


class TestListsOfOthers:
    """A root whose lists are those of another project."""

    def rewrite(self, root, place, line, order=None):
        """Moves the lists of DFEW to another place and format."""
        classes = load_classes('dfew')
        numbers = load_classes('dfew', order)
        for path in sorted(root.glob('EmoLabel_DataSplit/*/set_*.csv')):
            subset, fold = path.parent.name[:-16], int(path.stem[-1])
            rows = [row.split(',') for row in path.read_text().splitlines()[1:]]
            text = ''.join(
                line.format(clip=int(n), label=numbers.index(classes[int(k) - 1]))
                for n, k in rows
            )
            new = root / place.format(subset=subset, fold=fold)
            new.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(('video_name,label\n' if ',' in line else '') + text)
            path.unlink()

    def test_s2d_s_own_tree(self, copy, check):
        root = copy('dfew')
        folder = 'EmoLabel_DataSplit/{subset}(single-labeled)/'
        place = folder + '{subset}_set_{fold}.csv'
        self.rewrite(root, place, '{clip:05d},{label}\n')
        report, found = check('dfew', root)
        assert report['ok'] and len(report['training']) == 10
        assert {row['label_base'] for row in report['training']} == {0}
        assert {row['label_order'] for row in report['training']} == {'own'}
        assert "labels from 0 in the 'own' order" in found['list-of-others']['message']
        assert report['training'][0]['class_counts'] == [8] * 7

    def test_dfer_clip_s_lists_tell_nothing_where_counts_are_equal(
        self, copy, check, small_facts
    ):
        root = copy('dfew')
        line = '/x/DFEW/{clip:05d} 3 {label}\n'
        self.rewrite(root, 'annotation/DFEW_set_{fold}_{subset}.txt', line)
        report, found = check('dfew', root)
        assert not report['ok'] and not report['training']
        assert 'list_order' in found['list-unreadable']['message']

    def test_numbers_of_frames_are_compared(self, copy, check):
        root = copy('dfew')
        first = root / 'EmoLabel_DataSplit/train(single-labeled)/set_1.csv'
        kept = first.read_text()
        line = '/x/DFEW/{clip:05d} 3 {label}\n'
        self.rewrite(root, 'annotation/DFEW_set_{fold}_{subset}.txt', line)
        first.write_text(kept)
        (root / 'annotation/DFEW_set_1_train.txt').unlink()
        report, found = check('dfew', root)
        formats = {row['format'] for row in report['training']}
        assert formats == {None, '<path> <number of frames> <label>'}
        assert found['list-frames']['severity'] == 'warning'
        assert '3 listed, 2 there' in found['list-frames']['message']

    def test_they_may_lie_anywhere(self, copy, check, tmp_path):
        root = copy('dfew')
        line = '/x/DFEW/{clip:05d} {label}\n'
        place = '../repo/split0{fold}/{subset}.csv'
        self.rewrite(root, place, line, 'alphabetical')
        pattern = str(tmp_path / 'repo/split0{fold}/{subset}.csv')
        options = dict(split_file=pattern, list_order='alphabetical', label_base=0)
        report, found = check('dfew', root, **options)
        assert report['ok'] and len(report['training']) == 10
        assert report['training'][0]['class_counts'] == [8] * 7
        assert 'what was stated' in found['list-of-others']['advice']
        _, found = check('dfew', root, split_file='{subset}/{fold}.csv')
        assert 'train/1.csv' in found['list-missing']['examples']
        with pytest.raises(ValueError, match='has to hold {subset}'):
            check('dfew', root, split_file='set_1.csv')
        with pytest.raises(ValueError, match="list_order='by_size' is unknown"):
            check('dfew', root, list_order='by_size')
