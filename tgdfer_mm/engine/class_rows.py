"""Takes the weights of single classes from another model, by the class names."""

from collections.abc import Sequence

from torch import Tensor, nn

_OF_TEXTS = ('vectors', 'context')  # of a text encoder: one row for each class
_WORDS = ('token_ids', 'token_rows')  # the words that its texts use


def take_classes_by_name(
    model: nn.Module,
    state: dict[str, Tensor],
    theirs: Sequence[str],
    ours: Sequence[str],
) -> str:
    """Changes a checkpoint's weights so that they fit a model of other classes.

    A weight with a row for each class gets the rows of the classes with the same names
    (upper and lower case are equal). The rows of new classes keep the initial values of
    the model. If the checkpoint lacks words of a text encoder, the encoder keeps its
    own words.

    Args:
        model: The model, not wrapped.
        state: The checkpoint's weights; changed in place.
        theirs: Classes of the checkpoint.
        ours: Classes of the model.

    Returns:
        Sentences about what was done for each class.
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
        f'name, the rows of {new} are new, and the rows of {unused} are not '
        f'used.{said}'
    )


def class_weights(model: nn.Module, count: int) -> list[str]:
    """Names of the weights that have one row for each class."""
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
    return ' The words of the texts are those of the initial model.'
