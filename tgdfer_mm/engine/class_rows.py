"""Weights that belong to single classes, taken by name from another model."""

from collections.abc import Sequence

from torch import Tensor, nn

_OF_TEXTS = ('vectors', 'context')  # of a text encoder: a row a class
_WORDS = ('token_ids', 'token_rows')  # those that its texts use


def take_classes_by_name(
    model: nn.Module,
    state: dict[str, Tensor],
    theirs: Sequence[str],
    ours: Sequence[str],
) -> str:
    """Makes a checkpoint's weights fit a model of other classes.

    What has a row for each class gets those of classes of the same name, whatever
    their case; the rows of new classes stay as the model has started them. The words
    of a text encoder stay its own, if the checkpoint lacks some of them.

    Args:
        model: The model, not wrapped.
        state: The checkpoint's weights; changed in place.
        theirs: Classes of the checkpoint.
        ours: Classes of the model.

    Returns:
        Sentences that say what became of each class.
    """
    places = {name.casefold(): i for i, name in enumerate(theirs)}
    pairs = {i: places.get(name.casefold()) for i, name in enumerate(ours)}
    own = model.state_dict()
    mapped = []
    for name in class_weights(model, len(ours)):
        value = state.get(name)
        if value is None or value.shape != (len(theirs), *own[name].shape[1:]):
            continue
        rows = own[name].detach().cpu().clone()
        for i, place in pairs.items():
            if place is not None:
                rows[i] = value[place].to(rows)
        state[name] = rows
        mapped.append(name)
    said = _keep_words(state, own)
    known = [ours[i] for i, place in pairs.items() if place is not None]
    new = [name for name in ours if name not in known]
    kept = {name.casefold() for name in known}
    unused = [name for name in theirs if name.casefold() not in kept]
    return (
        f'Of {", ".join(mapped) or "no weights"} the rows of {known} are taken by '
        f'name, those of {new} are new, and those of {unused} are not used.{said}'
    )


def class_weights(model: nn.Module, count: int) -> list[str]:
    """Names of the weights that have a row for each of so many classes."""
    found = []
    for name, module in model.named_modules():
        if name.split('.')[0] == 'cls_head' and isinstance(module, nn.Linear):
            if module.out_features == count:
                found += [f'{name}.{each}' for each, _ in module.named_parameters()]
    texts = getattr(model, 'text_encoder', None)
    for each in _OF_TEXTS if texts is not None else ():
        if isinstance(getattr(texts, each, None), nn.Parameter):
            found.append(f'text_encoder.{each}')
    return found


def _keep_words(state: dict[str, Tensor], own: dict[str, Tensor]) -> str:
    ids, rows = (f'text_encoder.{each}' for each in _WORDS)
    if ids not in state or ids not in own:
        return ''
    if set(own[ids].tolist()) <= set(state[ids].tolist()):
        return ''
    for name in (ids, rows):
        state[name] = own[name].detach().cpu()
    return ' The words of the texts are those of the model that was started from.'
