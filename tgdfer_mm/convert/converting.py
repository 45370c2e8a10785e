"""From another project's checkpoint to one of ours."""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from mmengine.config import Config
from safetensors.torch import save_file
from torch import Tensor

from ..files import file_hash, replacing, write_text
from ..run_config.files import read_config
from .class_order import parse_order, places
from .conversion_report import Report
from .formats import Format, find_format, load_format, rename
from .reading import read_source
from .targets import build_target, data_of, fit, pick_classes, take_texts, token_state


@dataclass
class Conversion:
    """Converted weights, not written yet.

    Attributes:
        state: Our names -> tensors.
        meta: What goes next to them, as :class:`CheckpointContractHook` reads it.
        report: What happened to every name.
    """

    state: dict[str, Tensor]
    meta: dict
    report: Report

    def save(self, out: str | Path, allow_missing: bool = False) -> list[Path]:
        """Writes the weights, and the texts next to them.

        Args:
            out: ``*.safetensors`` or ``*.pth``.
            allow_missing: Whether an incomplete conversion is written.

        Returns:
            The files written.

        Raises:
            ValueError: If the conversion is incomplete, or ``out`` has another ending.
        """
        out = Path(out)
        if out.suffix not in ('.safetensors', '.pth'):
            raise ValueError(f'{out}: name the file *.safetensors or *.pth')
        if not self.report.complete and not allow_missing:
            raise ValueError(
                f'{self.report.source} does not fill the model: '
                f'{len(self.report.missing)} of its weights are missing, '
                f'{len(self.report.unexpected)} of the file are unexpected, '
                f'{len(self.report.misfit)} have another shape (see the report). '
                'Does the config describe the model that the file holds? If that is '
                'meant, pass --allow-missing.'
            )
        with replacing(out) as path:
            if out.suffix == '.pth':
                torch.save(dict(state_dict=self.state, meta=self.meta), path)
            else:
                save_file(self.state, path, {'meta': json.dumps(self.meta)})
        if self.report.texts is None:
            return [out]
        texts = out.with_suffix('.descriptions.json')
        content = dict(
            label_set=self.meta['dataset_meta']['dataset'].lower(),
            source=f'read from {self.meta["converted_from"]["file"]}',
            classes=self.report.texts,
        )
        write_text(texts, json.dumps(content, indent=2) + '\n')
        return [out, texts]


def convert(
    source: str | Path,
    config: str | Path | Config | None = None,
    arch: str | dict | None = None,
    layout: str | None = None,
    classes: str | None = None,
    fold: int | None = None,
) -> Conversion:
    """Brings a checkpoint's weights under our names.

    Args:
        source: See :func:`~tgdfer_mm.convert.reading.read_source`.
        config: The model that the weights are for.
        arch: The architecture, for a CLIP.
        layout: Key of the format; found out by default.
        classes: Order of the classes in the file, see
            :func:`~tgdfer_mm.convert.class_order.parse_order`; by default what the
            format says about so many classes.
        fold: The fold that the checkpoint was trained on.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file cannot be read, is of no known format, or its classes are
            not the config's.
    """
    read = read_source(source)
    form = load_format(layout) if layout else find_format(read.state, read.path)
    cfg = read_config(config) if isinstance(config, str | Path) else config
    digest = file_hash(read.path)
    report = Report(str(read.path), digest, form.name, read.others, read.stubs)
    origin = dict(file=read.path.name, sha256=digest, format=form.key)
    meta, order = {'converted_from': origin}, []
    if form.target == 'model' and cfg is not None:
        cfg = cfg.copy()
        meta['dataset_meta'] = data_of(cfg, fold)
        ours = meta['dataset_meta']['classes']
        theirs = _their_order(form, classes, len(ours))
        order = places(theirs, ours)
        moved = theirs != ours
        report.classes = dict(file=theirs, model=ours, moved=moved)
        if form.texts:
            report.texts = take_texts(form, read.state, cfg, theirs, ours)
    model = build_target(form, cfg, arch)
    state = token_state(form, read.state, model) if report.texts else {}
    report.filled = dict.fromkeys(state, 'the tokens of the texts')
    _fill(state, model.state_dict(), read.state, form, order, report)
    return Conversion(state, meta, report)


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
    report.missing = [name for name in own if name not in state]


def _their_order(form: Format, classes: str | None, count: int) -> tuple[str, ...]:
    known = classes or form.class_orders.get(str(count))
    if known is None:
        raise ValueError(
            f'{form.name}: the order of {count} classes is not known; say it by '
            '--classes, e.g. mafw:alphabetical or names with commas'
        )
    return parse_order(known)
