"""The chosen clips cover the classes, also with several labels per clip."""

from tgdfer_mm.visualization.explain_hook import pick_clips


class Clips(list):
    def get_data_info(self, i):
        return dict(clip=self[i][0], label=self[i][1])


def test_each_set_of_labels_is_covered_before_any_comes_twice():
    clips = Clips([('a', [1, 0]), ('b', [1, 0]), ('c', [0, 1]), ('d', [1, 1])])
    assert set(pick_clips(clips, 3)) == {'a', 'c', 'd'}
    assert pick_clips(clips, 4)[-1] == 'b'
