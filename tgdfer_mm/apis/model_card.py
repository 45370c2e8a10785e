"""The model card: a README.md with the origin, results and limits of a model."""

from collections.abc import Mapping
from pathlib import Path

from huggingface_hub import EvalResult, ModelCardData
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..catalogue import BAN
from ..files import file_hash, write_text
from .group_results import groups_for_card
from .model_folder.layout import CARD, WEIGHTS
from .model_loading import LoadedModel
from .preprocessing import video_settings

_TASK = 'video-classification'  # its name on the hub
_SINGLE = ('recall_', 'AP_')  # metrics of single classes


def write_card(
    loaded: LoadedModel, repo: str, config: Mapping, folder: Path, licence: str | None
) -> Path:
    """Writes the card of a model.

    Args:
        loaded: The model.
        repo: Its repository, ``org/name``.
        config: The content of its ``config.json``.
        folder: Folder to write to; its weights are there already.
        licence: Licence of the weights; with None the card tells that it is not stated.

    Returns:
        The file.
    """
    trained, network = loaded.trained, loaded.model
    name = repo.rpartition('/')[2]
    selection = trained.get('selection') or {}
    metrics = {
        key.removeprefix('dfer/'): value
        for key, value in (selection.get('test') or {}).items()
    }
    overall = {k: v for k, v in metrics.items() if not k.startswith(_SINGLE)}
    data = trained.get('dataset_meta') or {}
    groups = trained.get('groups')
    template = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    ).get_template('model_card.md.j2')
    text = template.render(
        front=_front(name, data, overall, licence),
        name=name,
        repo=repo,
        licence=licence,
        about=loaded.about,
        ban=BAN,
        classes=loaded.classes,
        data=data,
        selection=selection,
        epoch=selection.get('epoch', trained.get('epoch')),
        seed=trained.get('seed'),
        clips=trained.get('test_clips'),
        metrics=overall,
        single={k: v for k, v in metrics.items() if k.startswith(_SINGLE)},
        calibration=trained.get('calibration'),
        groups=groups and groups_for_card(groups, f'trained.groups of {name}'),
        config=config,
        tower=type(getattr(network, 'backbone', network)).__name__,
        parameters=sum(p.numel() for p in network.parameters()),
        video=video_settings(loaded.cfg, {}),
        sha256=file_hash(folder / WEIGHTS),
    )
    write_text(folder / CARD, text)
    return folder / CARD


def _front(name: str, data: Mapping, metrics: Mapping, licence: str | None) -> str:
    """The front matter of a card, in YAML, which the hub reads."""
    where = data.get('dataset') or 'unknown data'
    fold = data.get('fold')
    results = [
        EvalResult(
            task_type=_TASK,
            dataset_type=str(where).lower().split()[0],
            dataset_name=where if fold is None else f'{where}, fold {fold}',
            metric_type=metric.lower(),
            metric_name=metric,
            metric_value=round(metrics[metric], 2),
        )
        for metric in ('UAR', 'WAR')
        if metric in metrics
    ]
    front = ModelCardData(
        license=licence or 'other',
        license_name=None if licence else 'not-stated',
        library_name='tgdfer_mm',
        pipeline_tag=_TASK,
        tags=['facial-expression-recognition', 'tgdfer_mm', 'mmaction2'],
        model_name=name,
        eval_results=results or None,
    )
    return front.to_yaml()
