"""Where the laboratory's files are in the checkout."""

from pathlib import Path

LAB = Path(__file__).resolve().parent
ROOT = LAB.parent
CONFIGS = LAB / 'configs'
DOCS = ROOT / 'docs'
