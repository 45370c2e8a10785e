"""Makes ``python -m tgdfer_mm`` and ``torchrun -m tgdfer_mm`` work like ``tgdfer``."""

from tgdfer_cli.main import main

if __name__ == '__main__':
    raise SystemExit(main())
