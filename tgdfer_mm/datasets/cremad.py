"""CREMA-D: 6 classes, 91 actors, 12 sentences, and votes of raters."""

from pathlib import Path

from ..registry import DATASETS
from .acted_dataset import ActedDataset
from .actors import read_actors
from .clip_dataset import MissingDataError
from .crowd_votes import RATERS, read_crowd_votes
from .known_layouts import find_file
from .text_files import DataError


@DATASETS.register_module()
class CREMADDataset(ActedDataset):
    """CREMA-D (Cao et al., IEEE TAC 2014): 7,442 clips of 91 actors.

    ``VideoFlash/1001_DFA_ANG_XX.flv`` is actor 1001 with the sentence DFA, in anger of
    unspecified intensity. The label is the emotion that the actor was asked to show.
    The raters' choice agrees with it in 66 of 100 clips by the faces alone and in 72
    with the sound [counted in the authors' table of votes].

    From ``VideoDemographics.csv``, if it is there, each clip has the ``sex``, ``age``
    and ``age_group`` of its actor. See :class:`ActedDataset` for the other arguments.

    Args:
        soft_labels: Whether each clip also has the shares of its raters' votes, as
            ``soft_label``, which the losses use instead of its label. Evaluation uses
            the label.
        raters: The raters whose votes count: those who saw the ``'face'`` alone, heard
            the ``'voice'`` alone, or had both, ``'audio-visual'``. By default
            ``'face'`` [choice], because a model of faces has no more input.
        votes_file: The table of votes, by default the authors'
            ``processedResults/tabulatedVotes.csv``; see
            :func:`~tgdfer_mm.datasets.crowd_votes.read_crowd_votes`.
    """

    NAME = 'CREMA-D'
    LABEL_SET = 'cremad'
    ALIASES = 'cremad'
    REQUEST = (
        'clone https://github.com/CheyneyComputerScience/CREMA-D with git-lfs installed'
    )
    TERMS = 'It is under the Open Database License 1.0.'
    FOLDS = 5
    FOLDERS = {'frames': {'faces': 'faces'}, 'videos': {'original': 'VideoFlash'}}
    SOUNDS = {'AudioWAV': '{place}.wav', 'VideoFlash': '{place}.flv'}

    def __init__(
        self,
        *args,
        soft_labels: bool = False,
        raters: str = 'face',
        votes_file: str | None = None,
        **kwargs,
    ) -> None:
        if raters not in RATERS:
            raise DataError(f'raters must be in {list(RATERS)}, not {raters!r}.')
        if votes_file and not soft_labels:
            raise DataError(
                'votes_file has an effect only with soft_labels=True; set that, or '
                'leave it out.'
            )
        self.soft_labels, self.raters = soft_labels, raters
        self.votes_file = votes_file
        super().__init__(*args, **kwargs)

    def place(self, clip: str) -> str:
        return clip

    def video_name(self, clip: str) -> str:
        return f'{clip}.flv'

    def add_sounds(self, entries: list[dict]) -> None:
        super().add_sounds(entries)
        for entry in entries:
            # Copies have this one under another name [many loaders of other projects].
            if entry['clip'] == '1040_ITH_SAD_XX' and 'audio' in entry:
                other = entry['audio'].replace('XX.wav', 'X.wav')
                if not Path(entry['audio']).exists() and Path(other).exists():
                    entry['audio'] = other

    def annotate(self, entries: list[dict]) -> None:
        super().annotate(entries)
        self._add_people(entries)
        if self.soft_labels:
            self._add_votes(entries)

    def _add_people(self, entries: list[dict]) -> None:
        path = find_file('cremad', Path(self.data_root), 'demographics').path
        if not path.is_file():
            self.say(f'{self.NAME}: without {path} no clip has sex or age.')
            return
        actors = read_actors(path)
        for entry in entries:
            actor = actors.get(entry['actor'])
            if actor is None:
                raise DataError(f'{path} has no row of actor {entry["actor"]}.')
            entry.update(sex=actor.sex, age=actor.age, age_group=actor.age_group)

    def _add_votes(self, entries: list[dict]) -> None:
        root = Path(self.data_root)
        if self.votes_file:
            path = root / self.votes_file
        else:
            path = find_file('cremad', root, 'crowd_votes').path
        if not path.is_file():
            raise MissingDataError(
                f'soft_labels=True needs the votes, but there is no {path}. Clone the '
                "authors' repository, or set votes_file."
            )
        votes = read_crowd_votes(path, self.raters, self.classes)
        for entry in entries:
            found = votes.get(entry['clip'])
            if found is None:
                raise DataError(
                    f'{path} has no row of clip {entry["clip"]} for raters='
                    f'{self.raters!r}.'
                )
            entry['soft_label'] = [count / sum(found) for count in found]
