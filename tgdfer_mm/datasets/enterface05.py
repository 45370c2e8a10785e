"""eNTERFACE'05: 6 classes, 43 subjects, five sentences for each emotion."""

from fnmatch import fnmatchcase

from ..registry import DATASETS
from .acted_dataset import ActedDataset


@DATASETS.register_module()
class ENTERFACE05Dataset(ActedDataset):
    """eNTERFACE'05 (Martin et al., ICDE Workshops 2006): 1,287 clips of 43 subjects.

    A clip is a folder, ``subject 1/anger/sentence 1``, with one video. The names of the
    videos are not reliable: all videos of subject 11 are named after subject 12. So a
    clip is named by its folder. **Each emotion has five sentences of its own**: words
    alone give the emotion away, so results with sound cannot be compared with those on
    data sets in which all actors say the same.

    The video of subject 6 is not cut into sentences, and subject 23 lacks three. Sex
    and age of the subjects are not published. See :class:`ActedDataset` for the
    arguments.
    """

    NAME = "eNTERFACE'05"
    LABEL_SET = 'enterface05'
    ALIASES = 'enterface05'
    REQUEST = 'see https://enterface.net/enterface05/emotion.html'
    TERMS = 'Its terms come with it.'
    FOLDS = 5
    FOLDERS = {'frames': {'faces': 'faces'}, 'videos': {'original': 'videos'}}
    SOUNDS = {'videos': '{place}.avi'}

    def place(self, clip: str) -> str:
        codes = self.names.read(clip)
        forms = self.names.facts['files']['forms']
        form = [form for pattern, form in forms if fnmatchcase(clip, pattern)][-1]
        return f'{clip}/{form.format(short=codes["emotion"][:2], **codes)}'

    def video_name(self, clip: str) -> str:
        return f'{self.place(clip)}.avi'

    def read_path(self, path: str) -> dict[str, str]:
        return self.names.read(path.rpartition('/')[0])
