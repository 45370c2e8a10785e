"""Checks the device of a model on this machine."""

import torch


class DeviceError(ValueError):
    """A device that this machine, or this torch, lacks."""

    exit_code = 2  # of a command


def check_device(device: str | torch.device) -> str:
    """Checks that a device is there, before a minute is spent on a model.

    Args:
        device: Such as ``cpu``, ``cuda``, ``cuda:1`` or ``mps``.

    Returns:
        Its name.

    Raises:
        DeviceError: It is not there; the message lists the others.
    """
    try:
        place = torch.device(device)
        torch.zeros(1, device=place).item()
    # Without a device, each build of torch raises another error.
    except Exception as err:
        raise DeviceError(
            f'device={str(device)!r} is not there. This machine has: '
            f'{", ".join(_there())}. Leave the device out to take the best one.'
        ) from err
    return str(place)


def _there() -> list[str]:
    cuda = [f'cuda:{i}' for i in range(torch.cuda.device_count())]
    mps = ['mps'] if torch.backends.mps.is_available() else []
    return ['cpu', *cuda, *mps]
