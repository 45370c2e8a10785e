"""What a temperature is worth on SynthDFER, and intervals relative to a face's rest."""
