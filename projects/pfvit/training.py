"""Trains the separator on instances that are computed once."""

import torch
import torch.nn.functional as F

from .separator import Batch, FaceSeparator


def train(
    model: FaceSeparator,
    batch: Batch,
    epochs: int,
    batch_size: int,
    rate: float,
    dropout: float = 0.1,
) -> dict[str, float]:
    """Trains with AdamW; the learning rate rises and falls once.

    Args:
        model: The separator, trained in place; it ends in evaluation mode.
        batch: All training clips.
        epochs: Number of times that each clip is seen.
        batch_size: Clips in a step; the last clips of an epoch that do not fill a step
            are left out.
        rate: The highest learning rate.
        dropout: Share of an instance's values that a step sets to zero.

    Returns:
        The losses of the last step.

    Raises:
        ValueError: There are fewer clips than a step needs.
    """
    count = len(batch.label)
    steps = count // batch_size
    if not steps:
        raise ValueError(f'batch_size={batch_size}, but there are {count} clips')
    model.train()
    model.decoder.start_from(batch.pictures)
    optimizer = torch.optim.AdamW(model.parameters(), rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, rate, total_steps=epochs * steps
    )
    losses = {}
    for _ in range(epochs):
        order = torch.randperm(count)
        for step in range(steps):
            some = batch.part(order[step * batch_size : (step + 1) * batch_size])
            seen = F.dropout(some.instances, dropout)
            losses = model.losses(some._replace(instances=seen))
            optimizer.zero_grad()
            sum(losses.values()).backward()
            optimizer.step()
            schedule.step()
    model.eval()
    return {name: float(value.detach()) for name, value in losses.items()}
