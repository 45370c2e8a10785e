"""Class lists of the package, and a user's own by path."""

import pytest

from tgdfer_mm.labels.classes import LabelSetError, load_classes
from tgdfer_mm.models.text.descriptions import DescriptionsError, load_descriptions


def test_a_list_is_found_from_the_file_that_names_it(tmp_path):
    (tmp_path / 'own.json').write_text('{"classes": ["b", "a"]}')
    assert load_classes('own.json', near=tmp_path / 'config.py') == ('b', 'a')
    assert load_classes(str(tmp_path / 'own.json')) == ('b', 'a')
    assert load_classes('dfew', near=tmp_path / 'config.py')[0] == 'happy'


def test_other_orders_of_a_list_of_ones_own(tmp_path):
    path = tmp_path / 'own.json'
    path.write_text('{"classes": ["b", "a"], "orders": {"abc": ["a", "b"]}}')
    assert load_classes(str(path), 'abc') == ('a', 'b')
    with pytest.raises(LabelSetError, match="label_order='x' is unknown"):
        load_classes(str(path), 'x')


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('[', 'is no JSON'),
        ('["a", "b"]', 'has to be a list of names'),
        ('{"classes": "ab"}', 'has to be a list of names'),
        ('{"classes": ["a", " b"]}', 'has to be a list of names'),
        ('{"classes": ["a", 1]}', 'has to be a list of names'),
        ('{"classes": ["a", "a"]}', 'each once'),
        ('{"classes": ["a"]}', 'two classes or more'),
        ('{"classes": ["a", "b"], "orders": {"x": ["a"]}}', 'has to list all classes'),
    ],
)
def test_a_file_that_lists_no_classes_is_named(tmp_path, text, words):
    path = tmp_path / 'own.json'
    path.write_text(text)
    with pytest.raises(LabelSetError, match=words) as found:
        load_classes(str(path))
    assert str(path) in str(found.value)


def test_what_is_not_there_is_named(tmp_path):
    with pytest.raises(LabelSetError, match='none.json: there is no such file'):
        load_classes('none.json', near=tmp_path / 'x')
    with pytest.raises(
        LabelSetError, match=r"Unknown label set 'nobody'; there are \["
    ):
        load_classes('nobody')


def test_texts_by_pairs_and_by_a_file_without_a_label_set(tmp_path):
    pairs = [['z', ['last']], ['a', ['first', 'one']]]
    assert list(load_descriptions(pairs)) == ['z', 'a']
    path = tmp_path / 'texts.json'
    path.write_text('{"classes": {"z": ["last"], "a": ["first"]}}')
    assert list(load_descriptions(str(path))) == ['z', 'a']


def test_texts_name_their_label_set_from_their_own_folder(tmp_path):
    (tmp_path / 'own.json').write_text('{"classes": ["b", "a"]}')
    path = tmp_path / 'texts.json'
    path.write_text('{"label_set": "own.json", "classes": {"a": ["x"], "b": ["y"]}}')
    assert list(load_descriptions(str(path))) == ['b', 'a']


@pytest.mark.parametrize(
    'pairs', [[['a', ['x']], ['a', ['y']]], [['a']], [[1, ['x']]], ['ab'], [['a', []]]]
)
def test_pairs_that_are_none_are_refused(pairs):
    with pytest.raises(DescriptionsError):
        load_descriptions(pairs)
