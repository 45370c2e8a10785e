"""Parts of a data set share nothing with one another."""

from mmengine.dataset import BaseDataset


class Numbers(BaseDataset):
    def load_data_list(self):
        return [dict(number=i) for i in range(10)]


def test_each_part_has_everything_for_itself():
    whole = Numbers(metainfo=dict(classes=['a']))
    first, second = whole.get_subset(3), whole.get_subset([7, 8])
    assert [len(first), len(second), len(whole)] == [3, 2, 10]
    first._metainfo['classes'].append('b')
    assert second.metainfo == whole.metainfo == dict(classes=['a'])
    assert first.pipeline is not second.pipeline


def test_a_part_knows_itself_and_not_the_part_before():
    whole = Numbers()
    whole.own = whole  # as a transform does that holds its data set
    first, second = whole.get_subset(3), whole.get_subset(4)
    assert first.own is first
    assert second.own is second
