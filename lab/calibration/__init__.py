"""Study of calibration on SynthDFER, and of intervals relative to a face's rest."""
