"""The rewards of the Emotional Rationale Verifier."""
