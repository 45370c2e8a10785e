"""A data set: a list of lines `name;mood`, and a folder of pictures for each clip."""

from tgdfer_mm.datasets import DFERDataset
from tgdfer_mm.registry import DATASETS


@DATASETS.register_module()
class MoodDataset(DFERDataset):
    """Clips of two moods."""

    NAME = 'Moods'
    LABEL_SET = 'moods.json'
    REQUEST = 'the test draws it'
    FOLDS = None
    FOLDERS = {'frames': {'drawn': 'clips'}}

    def default_split_file(self):
        return f'{self.listed_as}.txt'

    def media_name(self, clip):
        return clip

    def read_split(self, lines):
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue  # the last one ends the file
            clip, separator, mood = line.partition(';')
            if not separator:
                raise self.bad_line(lines, number, "expected 'name;mood'")
            yield number, clip, mood
