"""A judge that uses a text classifier of transformers, from a local folder."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ...labels.expression_names import same_expression
from ...registry import RATIONALE_JUDGES
from ..open_vocabulary import known_group

_BATCH = 32
_LONGEST = 512  # tokens of a text, if neither tokenizer nor model states the limit


@RATIONALE_JUDGES.register_module('transformers')
class SentenceClassifierJudge:
    """The class with the highest score of a text classifier.

    Its labels are matched with the classes by name, or by ``open_words.json``: "joy"
    and "amusement" may both be "happy". Labels without a class are left out. If a text
    is too long for the model, only its beginning is used. Nothing is downloaded, no
    code of the folder is run and nothing is unpickled.

    Args:
        folder: A folder written by transformers' ``save_pretrained``, with config,
            safetensors and tokenizer.
        labels: More names, from a label of the model to a class.
        device: The device on which it computes.

    Raises:
        ValueError: transformers is not installed, or cannot load the folder.
    """

    name = 'transformers'

    def __init__(
        self,
        folder: str | Path,
        labels: Mapping[str, str] | None = None,
        device: str = 'cpu',
    ) -> None:
        try:
            from transformers import AutoModelForSequenceClassification, AutoTokenizer
        except ImportError as error:
            raise ValueError(
                'the judge "transformers" needs transformers: '
                "pip install -e '.[transformers]'"
            ) from error
        folder = Path(folder).absolute()
        if not (folder / 'config.json').is_file():
            raise ValueError(
                f'{folder}: this is not a folder with a config.json; give the folder '
                'of a model of transformers'
            )
        given = dict(local_files_only=True, trust_remote_code=False)
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(folder, **given)
            model = AutoModelForSequenceClassification.from_pretrained(
                folder, use_safetensors=True, **given
            )
        except Exception as error:  # a folder of other people can raise any error
            raise ValueError(
                f'{folder}: transformers cannot load it ({type(error).__name__}: '
                f'{str(error)[:300]})'
            ) from error
        self._model = model.eval().to(device)
        self._labels = dict(labels or {})
        # Many tokenizers do not state the limit of the model.
        places = getattr(model.config, 'max_position_embeddings', None)
        self._longest = min(self._tokenizer.model_max_length, places or _LONGEST)

    def judge(self, texts: Sequence[str], classes: Sequence[str]) -> list[int]:
        """The class of each text.

        Raises:
            ValueError: No label of the model can be matched with a class.
        """
        import torch

        owner = self._owners(classes)
        places, found = list(owner), []
        for start in range(0, len(texts), _BATCH):
            inputs = self._tokenizer(
                list(texts[start : start + _BATCH]),
                padding=True,
                truncation=True,
                max_length=self._longest,
                return_tensors='pt',
            ).to(self._model.device)
            with torch.no_grad():
                best = self._model(**inputs).logits[:, places].argmax(1)
            found += [owner[places[i]] for i in best.tolist()]
        return found

    def _owners(self, classes: Sequence[str]) -> dict[int, int]:
        """Index of a label -> index of its class."""
        wanted = {same_expression(name): i for i, name in enumerate(classes)}
        wanted |= {name: i for i, name in enumerate(classes)}
        owner = {}
        for place, label in sorted(self._model.config.id2label.items()):
            for name in (self._labels.get(label), label, known_group(label)):
                label_of = name and wanted.get(name, wanted.get(same_expression(name)))
                if label_of is not None:
                    owner[int(place)] = label_of
                    break
        if not owner:
            shown = ', '.join(map(str, self._model.config.id2label.values()))
            raise ValueError(
                'no label of the text classifier can be matched with a class; give '
                f'the class of each label with labels=. Its labels: {shown:.300}'
            )
        return owner
