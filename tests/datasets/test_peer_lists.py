"""Lists as other projects write them, made from the miniature trees."""

import csv
import io
import re
import shutil

import cv2
import numpy as np
import pytest

from tgdfer_mm.datasets import DFEWDataset, FERV39kDataset, MAFWDataset, published
from tgdfer_mm.datasets.text_files import DataError, SplitFileError
from tgdfer_mm.labels.classes import load_classes

PICTURE = cv2.imencode('.jpg', np.full((8, 8, 3), 90, np.uint8))[1].tobytes()
DATA = {'dfew': DFEWDataset, 'ferv39k': FERV39kDataset, 'mafw': MAFWDataset}
OPTIONS = {'dfew': {}, 'ferv39k': {}, 'mafw': dict(fold=3)}
FRAMES = {'dfew': 6, 'ferv39k': 6, 'mafw': 12}
PLACES = {
    'dfew': '/mnt/data1/brain/DFEW/Clip/jpg_256',
    'ferv39k': '/data/FERV39K/2_ClipsforFaceCrop',
    'mafw': '/mnt/data1/brain/MAFW/data/frames',
}


def write_frames(folder, names):
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_bytes(PICTURE)


def labels(dataset):
    infos = (dataset.get_data_info(i) for i in range(len(dataset)))
    return {info['clip']: info['label'] for info in infos}


def classes_of(name, root):
    """The authors' class of each clip, as the authors' list has it."""
    dataset = DATA[name](root, 'train', **OPTIONS[name])
    return {clip: dataset.classes[label] for clip, label in labels(dataset).items()}


def write(name, root, style, order=None, base=0, path=None, place=None):
    """Writes the clips of a tree as another project would; returns the file."""
    numbers = {c: i for i, c in enumerate(load_classes(name, order), base)}
    place = PLACES[name] if place is None else place
    rows = []
    for clip, word in classes_of(name, root).items():
        parts = {
            'plain': [f'{place}/{clip}', numbers[word]],
            'video': [f'{place}/{clip}.mp4', numbers[word]],
            'frames': [f'{place}/{clip}', FRAMES[name], numbers[word]],
            'sound': [f'{place}/{clip}', f'/wav/{clip}.wav', numbers[word]],
        }
        header = {'name': 'video_name,label', 'names': 'video_name,labels'}
        header['path'] = 'path,id'
        if style in header:
            rows = rows or [header[style]]
            rows.append(f'{clip},{numbers[word]}')
        else:
            rows.append(' '.join(map(str, parts[style])))
    path = path or root / f'{style}.txt'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('\n'.join(rows) + '\n')
    return path


def read(name, root, path, **options):
    return DATA[name](root, 'train', split_file=path, **OPTIONS[name], **options)


@pytest.fixture
def tree(request):
    """(name, root) of a miniature tree."""
    return request.param, request.getfixturevalue(request.param)


# Who writes what, with which order and base.
PEERS = [
    ('dfew', 'plain', None, 0),  # MAE-DFER
    ('ferv39k', 'plain', None, 0),
    ('mafw', 'plain', None, 0),
    ('dfew', 'frames', None, 0),  # DFER-CLIP
    ('ferv39k', 'frames', None, 0),
    ('mafw', 'frames', 'dfer_clip', 0),
    ('dfew', 'name', None, 0),  # S2D
    ('ferv39k', 'path', 'alphabetical', 0),
    ('mafw', 'names', 'alphabetical', 0),
    ('mafw', 'sound', None, 0),  # HiCMAE
    ('dfew', 'sound', None, 0),  # CLAIP
    ('dfew', 'video', None, 0),  # mmaction2
    ('dfew', 'video', 'alphabetical', 1),
    ('ferv39k', 'video', 'alphabetical', 1),
    ('mafw', 'video', None, 1),
]


@pytest.mark.parametrize(
    ('tree', 'style', 'order', 'base'),
    PEERS,
    ids=['-'.join(map(str, peer)) for peer in PEERS],
    indirect=['tree'],
)
def test_the_labels_are_the_authors_clip_by_clip(tree, style, order, base, log):
    name, root = tree
    official = labels(DATA[name](root, 'train', **OPTIONS[name]))
    path = write(name, root, style, order, base)
    dataset = read(name, root, path)
    assert labels(dataset) == official
    assert dataset.label_base == base == dataset.reading.numbering.base
    assert dataset.reading.numbering.order == (order or 'own')
    (line,) = [text for text in log if f'{path} is read as' in text]
    assert f'labels from {base}' in line
    said = 'class in the path' if name == 'ferv39k' else "authors' labels in"
    assert said in line


@pytest.mark.parametrize('tree', ['dfew', 'mafw'], indirect=True)
def test_the_order_of_the_model_is_another_matter(tree):
    name, root = tree
    path = write(name, root, 'plain', 'alphabetical')
    dataset = read(name, root, path, label_order='alphabetical')
    expected = DATA[name](root, 'train', label_order='alphabetical', **OPTIONS[name])
    assert labels(dataset) == labels(expected)
    assert dataset.classes == load_classes(name, 'alphabetical')


def without_authors(root):
    """Removes the authors' lists, so that they tell nothing."""
    for folder in ('EmoLabel_DataSplit', 'Train & Test Set', '4_setups'):
        shutil.rmtree(root / folder, ignore_errors=True)


@pytest.fixture
def counts(monkeypatch):
    """Puts counts in the place of the published ones."""

    def put(of_lists):
        monkeypatch.setattr(
            'tgdfer_mm.datasets.peer_labels.list_counts',
            lambda name, setting: of_lists,
        )

    return put


def dfew_list(root, numbers, path='theirs.txt'):
    lines = [f'/x/{i:05d} {n}' for i, n in enumerate(numbers, 1)]
    (root / path).write_text('\n'.join(lines) + '\n')
    return path


class TestCounts:
    """What the published counts tell, where the authors' lists are not there."""

    # The own order: happy 2, and one of each other class.
    OWN = [2, 1, 1, 1, 1, 1, 1]

    @pytest.mark.parametrize(('order', 'base'), [(None, 0), ('alphabetical', 1)])
    def test_they_tell_the_order(self, dfew, counts, order, base, log):
        official = labels(DFEWDataset(dfew, 'train'))
        path = write('dfew', dfew, 'frames', order, base)
        without_authors(dfew)
        counts({('train', 1): self.OWN})
        assert labels(read('dfew', dfew, path)) == official
        assert any("as many as in the authors' train list of fold 1" in t for t in log)

    def test_a_list_may_lack_one_clip_in_a_hundred(self, dfew, counts, log):
        without_authors(dfew)
        counts({('train', 1): [50, 30, 20, 10, 5, 3, 2]})
        numbers = (
            [0] * 49 + [1] * 30 + [2] * 20 + [3] * 10 + [4] * 5 + [5] * 3 + [6] * 2
        )
        dataset = read('dfew', dfew, dfew_list(dfew, numbers))
        assert dataset.reading.numbering.order == 'own'
        assert any('; 1 clips are missing' in text for text in log)
        with pytest.raises(
            DataError, match='does not show the classes of its label numbers'
        ):
            read('dfew', dfew, dfew_list(dfew, numbers[10:]))

    def test_equal_counts_of_another_fold_are_said(self, dfew, counts, log):
        path = write('dfew', dfew, 'plain', path=dfew / 'split02/train.csv')
        without_authors(dfew)
        counts({('train', 1): self.OWN, ('train', 2): self.OWN})
        read('dfew', dfew, path)
        assert any('fold 1 (and in the train list of fold 2)' in t for t in log)
        assert any('has 2 in its name, but fold 1 is asked for' in t for t in log)

    def test_of_another_list_they_are_an_error(self, dfew, counts):
        path = write('dfew', dfew, 'plain')
        without_authors(dfew)
        counts({('train', 1): [9] * 7, ('test', 2): self.OWN})
        words = (
            "are those of the authors' test list of fold 2, but train list of fold 1"
        )
        with pytest.raises(DataError, match=words):
            read('dfew', dfew, path)

    def test_a_clip_that_is_there_twice_is_named(self, dfew, counts):
        path = write('dfew', dfew, 'plain')
        without_authors(dfew)
        path.write_text(path.read_text() + '/x/00003 2\n')
        counts({('train', 1): self.OWN})
        with pytest.raises(
            SplitFileError, match='line 9: clip 00003 is already in line 3'
        ):
            read('dfew', dfew, path)

    def test_of_another_list_in_ferv39k_too(self, ferv39k, counts):
        path = write('ferv39k', ferv39k, 'plain')
        without_authors(ferv39k)
        counts({('train', None): [9] * 7, ('test', None): [2] * 7})
        with pytest.raises(DataError, match="authors' test list, but train list"):
            read('ferv39k', ferv39k, path)

    def test_of_another_order_than_stated_they_are_an_error(self, dfew, counts):
        path = write('dfew', dfew, 'plain', 'alphabetical')
        without_authors(dfew)
        counts({('train', 1): self.OWN})
        with pytest.raises(
            DataError, match="'alphabetical' order .* Correct list_order"
        ):
            read('dfew', dfew, path, list_order='own')
        with pytest.raises(
            DataError, match="'alphabetical' order .* Correct list_order"
        ):
            read('dfew', dfew, path, label_base=0, list_order='own')

    @pytest.mark.parametrize('name', DATA)
    def test_the_known_orders_of_each_published_list_differ(self, name):
        # Else counts could not tell them apart, whatever the list.
        own = load_classes(name)
        orders = published_orders(name)
        for numbers in published.list_counts(name, 'single').values():
            by_name = dict(zip(own, numbers, strict=True))
            sequences = [tuple(by_name[c] for c in order) for order in orders]
            assert len(set(sequences)) == len(orders)


def published_orders(name):
    others = {'mafw': ('alphabetical', 'dfer_clip')}.get(name, ('alphabetical',))
    return [load_classes(name), *(load_classes(name, order) for order in others)]


class TestNothingTells:
    def test_it_is_refused_with_what_to_state(self, dfew):
        official = labels(DFEWDataset(dfew, 'train'))
        path = write('dfew', dfew, 'plain', 'alphabetical')
        without_authors(dfew)
        with pytest.raises(DataError) as err:
            read('dfew', dfew, path)
        choices = re.findall(
            r"list_order='(\w+)', label_base=(\d): (.*)", str(err.value)
        )
        assert ('own', '0') in [choice[:2] for choice in choices]
        assert '0 angry' in dict((c[0], c[2]) for c in choices)['alphabetical']
        assert str(path) in str(err.value) and err.value.exit_code == 2
        dataset = read('dfew', dfew, path, list_order='alphabetical')
        assert labels(dataset) == official
        names = load_classes('dfew', 'alphabetical')
        assert labels(read('dfew', dfew, path, list_order=names)) == official

    def test_the_base_has_to_be_stated_too(self, dfew):
        without_authors(dfew)
        path = dfew_list(dfew, [1, 2, 3])
        with pytest.raises(DataError, match='list_order and label_base'):
            read('dfew', dfew, path, list_order='own')
        for base, expected in ((0, [1, 2, 3]), (1, [0, 1, 2])):
            dataset = read('dfew', dfew, path, list_order='own', label_base=base)
            assert list(labels(dataset).values()) == expected

    @pytest.mark.parametrize('order', ['by_size', ['happy', 'sad'], ['happy'] * 7])
    def test_an_order_that_is_none(self, dfew, order):
        with pytest.raises(
            DataError, match='list_order=.*(is unknown|name each class)'
        ):
            read('dfew', dfew, dfew_list(dfew, [0, 1]), list_order=order)

    def test_compound_classes_have_one_order_and_it_is_not_taken_for_granted(
        self, mafw
    ):
        (mafw / 'theirs.txt').write_text('/x/00020 11\n/x/00021 0\n')
        options = dict(subset='train', fold=3, split_file='theirs.txt')
        with pytest.raises(DataError, match='does not show'):
            MAFWDataset(mafw, setting='compound', **options)
        options['list_order'] = 'own'
        dataset = MAFWDataset(mafw, setting='compound', **options)
        assert list(labels(dataset).values()) == [11, 0]
        several = MAFWDataset(mafw, setting='multi', **options)
        assert labels(several)['00020'] == [1, 1, *[0] * 9]  # anger_disgust


class TestAgainstTheAuthors:
    def test_a_label_that_differs_names_line_and_source(self, dfew):
        path = write('dfew', dfew, 'plain')
        lines = path.read_text().splitlines()
        lines[2] = lines[2][:-1] + '5'
        path.write_text('\n'.join(lines))
        words = r"line 3: label 5 is 'disgust' .* but the clip is 'neutral' .*set_1.csv"
        with pytest.raises(SplitFileError, match=words):
            read('dfew', dfew, path)

    def test_a_class_that_differs_from_the_path(self, ferv39k):
        path = write('ferv39k', ferv39k, 'frames')
        text = path.read_text()
        path.write_text(text.replace('War/Sad/0000 6 1', 'War/Sad/0000 6 2'))
        with pytest.raises(SplitFileError, match=r"label 2 .* but the clip is 'sad'"):
            read('ferv39k', ferv39k, path)

    def test_where_they_know_too_few_clips_the_counts_decide(self, mafw, counts):
        # Contempt has the same number in two of the orders.
        for path in (mafw / 'Train & Test Set').rglob('*.txt'):
            path.write_text('00027.mp4 contempt\n')
        numbers = [3, *range(11)]  # anger twice, in the order of DFER-CLIP
        lines = [f'/x/{20 + i:05d} 12 {n}' for i, n in enumerate(numbers[1:])]
        lines.append(f'/x/00031 12 {numbers[0]}')
        (mafw / 'theirs.txt').write_text('\n'.join(lines))
        with pytest.raises(DataError, match='No list of the authors .* shows') as err:
            read('mafw', mafw, 'theirs.txt')
        assert re.findall(r"list_order='(\w+)'", str(err.value)) == ['own', 'dfer_clip']
        counts({('train', 3): [2, *[1] * 10]})
        dataset = read('mafw', mafw, 'theirs.txt')
        assert dataset.reading.numbering.order == 'dfer_clip'
        assert labels(dataset)['00031'] == 0

    def test_an_order_that_nobody_named_is_read_and_said(self, dfew, log):
        official = labels(DFEWDataset(dfew, 'train'))
        path = dfew_list(dfew, [3, 0, 6, 1, 5, 2, 4, 3])
        assert labels(read('dfew', dfew, path)) == official
        assert any('"list\'s own" order (0 sad, 1 angry' in text for text in log)

    def test_a_list_of_the_other_subset_or_fold_is_refused(self, dfew):
        folder = 'EmoLabel_DataSplit/{}(single-labeled)/set_{}.csv'
        for subset, fold, clips in (
            ('train', 1, range(1, 8)),
            ('test', 1, [8, 14]),
            ('train', 2, [*range(2, 8), 8]),
        ):
            rows = ''.join(f'{i},{(i - 1) % 7 + 1}\n' for i in clips)
            text = 'video_name,label\n' + rows
            (dfew / folder.format(subset, fold)).write_text(text)
        path = dfew_list(dfew, [0, 1, 2, 3, 4, 5, 6])
        words = (
            "are those of the authors' train list of fold 1, .*but test list of fold 1"
        )
        with pytest.raises(DataError, match=words):
            DFEWDataset(dfew, 'test', split_file=path)
        words = (
            "are those of the authors' train list of fold 1, .*but train list of fold 2"
        )
        with pytest.raises(DataError, match=words):
            DFEWDataset(dfew, 'train', fold=2, split_file=path)
        assert len(DFEWDataset(dfew, 'train', split_file=path)) == 7

    def test_a_split_of_somebody_else_is_said(self, dfew, log):
        path = dfew_list(dfew, [0, 1, 2, 3, 4, 5, 6, 0, 1])
        assert len(read('dfew', dfew, path)) == 9
        assert any('1 of the 9 clips' in t and 'cannot be compared' in t for t in log)


class TestS2D:
    def test_its_own_tree_is_found(self, dfew):
        official = labels(DFEWDataset(dfew, 'train'))
        for subset in ('train', 'test'):
            folder = dfew / f'EmoLabel_DataSplit/{subset}(single-labeled)'
            path = write('dfew', dfew, 'name', path=dfew / 'new.csv')
            (folder / 'set_1.csv').rename(dfew / f'{subset}.csv')
            path.rename(folder / f'{subset}_set_1.csv')
            (dfew / 'EmoLabel_DataSplit/train(single-labeled)/set_1.csv').write_text(
                (dfew / 'train.csv').read_text()
            )
        (dfew / 'EmoLabel_DataSplit/train(single-labeled)/set_1.csv').unlink()
        for subset in ('train', 'test'):
            dataset = DFEWDataset(dfew, subset)
            assert dataset.split_file.name == f'{subset}_set_1.csv'
            assert labels(dataset) == official and dataset.label_base == 0

    def test_ferv39k_s_tree_is_found(self, ferv39k):
        official = labels(FERV39kDataset(ferv39k, 'train'))
        place = ferv39k / 'Annotation/train.csv'
        write('ferv39k', ferv39k, 'path', 'alphabetical', path=place)
        without_authors(ferv39k)
        dataset = FERV39kDataset(ferv39k, 'train')
        assert dataset.split_file == place and labels(dataset) == official

    def test_scenes_are_selected_in_it_too(self, ferv39k):
        path = write('ferv39k', ferv39k, 'path', 'alphabetical')
        dataset = read('ferv39k', ferv39k, path, scenes=['War'])
        assert len(dataset) == 7


BAD = [
    ('dfew', '/x/00001 0\n/x/00002\n', 2, 'expected .*line 1 says'),
    ('dfew', '/x/00001 0\n/x/00002 70 1\n', 2, 'or with several labels a clip'),
    ('dfew', '/x/00001 70 0\n/x/00002 1\n', 2, 'expected .*number of frames'),
    ('dfew', '/x/00001 0 70 3\n', 1, 'lists with an offset'),
    ('dfew', '/x/00001.mp4 0 3\n', 1, 'or with several labels a clip'),
    ('mafw', '/x/00020 0 3 7\n', 1, 'or with several labels a clip'),
    ('dfew', '/x/00001 0\n/x/00002,1\n', 2, 'expected'),
    ('dfew', '/x/00001 0\n/x/00002 happy\n', 2, 'whole number as label'),
    ('dfew', '/x/00001 0\n/x/00002 -1\n', 2, 'whole number as label'),
    ('dfew', '/x/00001 0\n/x/00002 7\n', 2, 'label 7 is out of range, which is 0 to 6'),
    ('dfew', '/x/00001 0\n/y/1.mp4 0\n', 2, 'clip 00001 is already in line 1'),
    ('dfew', '/x/00001 0\n/x/Crime/Sad/a 1\n', 2, 'path of a DFEW clip'),
    ('dfew', '/x/00001 0\n/d/MAFW/data/faces/00025 1\n', 2, 'one of MAFW, not of DFEW'),
    ('dfew', '/x/00001 0\n/d/FERV39K/00025 1\n', 2, 'one of FERV39K, not of DFEW'),
    ('dfew', '/x/00001 /w/00001.wav 0\n/x/00002 /w/00003.wav 1\n', 2, 'another clip'),
    ('dfew', f'/x/00001 0\n/x/{"9" * 5000} 1\n', 2, 'path of a DFEW clip'),
    ('dfew', f'/x/00001 0\n/x/00002 {"9" * 5000}\n', 2, 'whole number as label'),
    ('dfew', '/x/00001 0\n"/x/00002 1\n', 2, 'expected'),
    ('ferv39k', 'path,id\nWar/Sad/0000,5\nWar/Sad/0001 5\n', 3, 'expected'),
    ('ferv39k', '/x/War/Sad/0000 5\n/x/Peace/Sad/0001 5\n', 2, 'FERV39k clip'),
    ('ferv39k', '/x/War/Sad/0000 5\n/x/War/Bored/0001 5\n', 2, 'FERV39k clip'),
    ('ferv39k', '/x/War/Sad/0000 5\n/x/00025 5\n', 2, 'FERV39k clip'),
    ('mafw', '/DFEW/Clip/00020 5\n', 1, 'one of DFEW, not of MAFW'),
]


@pytest.mark.parametrize(('tree', 'text', 'line', 'words'), BAD, indirect=['tree'])
def test_errors_name_file_and_line(tree, text, line, words):
    name, root = tree
    (root / 'theirs.txt').write_text(text)
    with pytest.raises(
        SplitFileError, match=rf'theirs.txt, line {line}: (?s:.*){words}'
    ) as err:
        read(name, root, 'theirs.txt')
    assert len(str(err.value)) < 2000 and err.value.exit_code == 2


@pytest.mark.parametrize('style', ['plain', 'frames', 'sound'])
@pytest.mark.parametrize(
    'place', ['C:\\My Data\\DFEW\\faces', '/home/me/my own data/faces', '/DFEW']
)
def test_blanks_and_windows_paths(dfew, style, place):
    official = labels(DFEWDataset(dfew, 'train'))
    path = write('dfew', dfew, style, place=place)
    if '\\' in place:
        path.write_text(path.read_text().replace('faces/', 'faces\\'))
    assert labels(read('dfew', dfew, path)) == official


def test_paths_that_pandas_has_put_in_quotes(dfew):
    official = labels(DFEWDataset(dfew, 'train'))
    text = io.StringIO()
    rows = csv.writer(text, delimiter=' ', lineterminator='\n')
    for clip, label in official.items():
        rows.writerow([f'/my data/{clip}', label])
    (dfew / 'theirs.csv').write_text(text.getvalue())
    assert '"' in text.getvalue()
    assert labels(read('dfew', dfew, 'theirs.csv')) == official


def test_tabs_blank_lines_and_windows_line_ends(dfew):
    official = labels(DFEWDataset(dfew, 'train'))
    path = write('dfew', dfew, 'frames')
    text = path.read_text().replace(' ', '\t').replace('\n', ' \r\n\r\n')
    path.write_bytes(b'\xef\xbb\xbf' + text.encode())
    assert labels(read('dfew', dfew, path)) == official


def test_numbers_of_frames_that_differ_from_the_folder_s_are_said(dfew, log):
    path = write('dfew', dfew, 'frames')
    path.write_text(path.read_text().replace('/00003 6 ', '/00003 5 '))
    dataset = read('dfew', dfew, path)
    assert len(dataset.get_data_info(2)['frame_names']) == 6
    (line,) = [text for text in log if 'another number of frames' in text]
    assert '1 of the 8' in line and 'line 3: 5 in the list, 6 in' in line


def test_equal_numbers_of_frames_are_not_worth_a_word(dfew, log):
    read('dfew', dfew, write('dfew', dfew, 'frames'))
    assert not [text for text in log if 'another number of frames' in text]
