"""Study of the worth of each part of TG-DFER on SynthDFER: one plan, one table."""

from .plan import EvidencePlan, Job

__all__ = ['EvidencePlan', 'Job']
