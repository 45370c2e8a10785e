"""Converts another project's checkpoint to one of ours."""

import copy
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from mmengine.config import Config
from torch import Tensor

from ..files import file_hash, replacing, write_text
from ..finite_weights import check_finite
from ..plain_checkpoints import write_safetensors
from ..run_config.files import read_config
from .class_order import parse_order, places
from .conversion_report import Report
from .errors import ConvertError
from .formats import Format, find_format, load_format, rename
from .reading import read_source
from .sizes import check_activation, describe_unstated, set_sizes
from .targets import (
    build_target,
    data_of,
    fit,
    from_elsewhere,
    pick_classes,
    take_texts,
    token_state,
)


@dataclass
class Conversion:
    """Converted weights before they are written.

    Attributes:
        state: Our names to tensors.
        meta: Meta data of the checkpoint, as :class:`CheckpointContractHook` reads it.
        report: The result for every name.
        config: Config of the model that the weights fill, with the file's sizes and
            texts; None if they only fill a part of a model.
    """

    state: dict[str, Tensor]
    meta: dict
    report: Report
    config: Config | None = None

    def save(self, out: str | Path, allow_missing: bool = False) -> list[Path]:
        """Writes the weights, and the texts next to them.

        Args:
            out: ``*.safetensors`` or ``*.pth``.
            allow_missing: Whether to write an incomplete conversion.

        Returns:
            The files written.

        Raises:
            ValueError: If the conversion is incomplete, or ``out`` has another suffix.
        """
        out = Path(out)
        check_ending(out)
        if not self.report.complete and not allow_missing:
            raise ConvertError(
                f'{self.report.source} does not fill the model: '
                f'{len(self.report.missing)} of its weights are missing, '
                f'{len(self.report.unexpected)} of the file are unexpected, '
                f'{len(self.report.misfit)} have another shape (see the report). '
                'Choose a config of the model in the file, or pass --allow-missing to '
                'write it in spite of this.'
            )
        check_finite(self.state, self.report.source)
        with replacing(out) as path:
            if out.suffix == '.pth':
                torch.save(dict(state_dict=self.state, meta=self.meta), path)
            else:
                header = {'meta': json.dumps(self.meta)}
                write_safetensors(self.state, header, path)
        if self.report.texts is None:
            return [out]
        texts = _texts_of(out)
        content = dict(
            label_set=self.meta['dataset_meta']['dataset'].lower(),
            source=f'read from {self.meta["converted_from"]["file"]}',
            classes=self.report.texts,
        )
        write_text(texts, json.dumps(content, indent=2) + '\n')
        return [out, texts]

    def save_config(self, out: str | Path) -> Path | None:
        """Writes the config of the model next to its weights.

        Args:
            out: The file of the weights.

        Returns:
            The file written, ``<stem>_config.py``; None if there is no config.
        """
        if self.config is None:
            return None
        config = copy.deepcopy(self.config)
        if self.report.texts is not None:
            # By their file: the text of a config has sorted keys of dicts, but classes
            # have an order.
            config.model.text_encoder.descriptions = str(_texts_of(out).absolute())
        path = Path(out).with_name(f'{Path(out).stem}_config.py')
        write_text(path, config.pretty_text)
        return path


def convert(
    source: str | Path,
    config: str | Path | Config | None = None,
    arch: str | dict | None = None,
    layout: str | None = None,
    classes: str | None = None,
    fold: int | None = None,
    class_token: str | None = 'end',
) -> Conversion:
    """Converts a checkpoint's weights to our names.

    Args:
        source: See :func:`~tgdfer_mm.convert.reading.read_source`.
        config: Config of the model for the weights.
        arch: The architecture, for a CLIP.
        layout: Key of the format; by default it is recognised by the names.
        classes: Order of the classes in the file, see
            :func:`~tgdfer_mm.convert.class_order.parse_order`; by default the format's
            order for this number of classes.
        fold: The fold on which the checkpoint was trained.
        class_token: Place of a class's words among the contexts of its prompt, which
            files of such formats do not state.

    Raises:
        MissingCheckpointError: If there is no such file.
        ConvertError: If the file cannot be read, is of no known format, or its classes
            are not the config's.
        NonFiniteWeightsError: If the file holds NaN or infinity.
    """
    read = read_source(source)
    form = load_format(layout) if layout else find_format(read.state, read.path)
    if form.class_token and class_token is None:
        raise ConvertError(
            f"{form.name}: the file does not state the place of a class's words among "
            'the contexts of its prompt. Give it with --class-token, as in its '
            "training: end (as in the authors' scripts), middle or front."
        )
    if form.class_token not in (None, class_token):
        raise ConvertError(
            f'{form.name}: prompts with class_token={class_token!r} (--class-token) '
            f'are not supported, only those with {form.class_token!r}: the words are '
            'in '
            'another order, so the logits would be wrong.'
        )
    cfg = read_config(config) if isinstance(config, str | Path) else config
    if cfg is not None and not isinstance(cfg.get('model'), Mapping):
        raise ConvertError(f'{cfg.filename}: the config has no model')
    digest = file_hash(read.path)
    report = Report(str(read.path), digest, form.name, read.others, read.stubs)
    origin = dict(file=read.path.name, sha256=digest, format=form.key)
    meta, order = {'converted_from': origin}, []
    if form.target == 'model' and cfg is not None:
        cfg = cfg.copy()
        meta['dataset_meta'] = data_of(cfg, fold)
        if form.class_axes:  # otherwise nothing in the file depends on classes
            ours = meta['dataset_meta']['classes']
            theirs = _their_order(form, classes, meta['dataset_meta']['dataset'])
            order = places(theirs, ours)
            moved = theirs != ours
            report.classes = dict(file=theirs, model=ours, moved=moved)
            if form.texts:
                report.texts = take_texts(form, read.state, cfg, theirs, ours)
        report.sizes = set_sizes(form, read.state, cfg)
    report.unstated = describe_unstated(form, cfg)
    check_finite(read.state, read.path)
    model = build_target(form, cfg, arch)
    check_activation(form, read.state, model)
    table = form.texts['embedding'] if report.texts else form.words
    state = token_state(read.state[table], model) if table else {}
    report.filled = dict.fromkeys(state, 'the tokens of the texts')
    if form.elsewhere:
        others = from_elsewhere(form, model)
        state |= others
        report.filled |= dict.fromkeys(others, 'the file that the config names')
    _fill(state, model.state_dict(), read.state, form, order, report)
    whole = cfg if form.target == 'model' else None
    return Conversion(state, meta, report, whole)


def check_ending(out: str | Path) -> None:
    """Refuses a file name with an unknown suffix.

    Raises:
        ConvertError: If it ends neither in ``.safetensors`` nor in ``.pth``.
    """
    if Path(out).suffix not in ('.safetensors', '.pth'):
        raise ConvertError(f'{out}: name the file *.safetensors or *.pth')


def _texts_of(out: str | Path) -> Path:
    return Path(out).with_suffix('.descriptions.json')


def _fill(
    state: dict[str, Tensor],
    own: dict[str, Tensor],
    theirs: dict[str, Tensor],
    form: Format,
    order: list[int],
    report: Report,
) -> None:
    renamed = rename(theirs, form)
    report.copies, report.unused = renamed.copies, renamed.unused
    report.unexpected = renamed.unexpected
    for ours, name in renamed.origin.items():
        value = theirs[name]
        if ours in form.cut and ours in own:
            value = value.flatten(0, -2)[: len(own[ours])]
        if ours not in own:
            report.unexpected.append(name)
        elif (fitting := fit(value, own[ours])) is None:
            shapes = f'{tuple(value.shape)} for {tuple(own[ours].shape)}'
            report.misfit[name] = f'{shapes} of {ours}'
        else:
            if ours in form.class_axes:
                fitting = pick_classes(fitting, form.class_axes[ours], order)
            state[ours] = fitting.clone()
            report.matched[ours] = name
    for name, value in own.items():
        if name in state:
            continue
        if not value.numel():  # contexts of a length of 0
            state[name], report.filled[name] = value, 'it has no numbers'
        elif any(re.fullmatch(pattern, name) for pattern in form.fresh):
            state[name], report.filled[name] = value, 'at its start'
    report.missing = [name for name in own if name not in state]


def _their_order(form: Format, classes: str | None, data: str) -> tuple[str, ...]:
    known = classes or form.class_orders.get(data)
    if known is None:
        raise ConvertError(
            f'{form.name}: the order of the classes of {data} is not known; give it '
            'with --classes, e.g. mafw:alphabetical, or names with commas'
        )
    return parse_order(known)
