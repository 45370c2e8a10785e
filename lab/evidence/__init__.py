"""What each part of TG-DFER is worth on SynthDFER: one plan, one table."""

from .plan import EvidencePlan, Job

__all__ = ['EvidencePlan', 'Job']
