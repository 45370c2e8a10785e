"""Study of few clips: training sets of 5 to 50 clips for each class."""
