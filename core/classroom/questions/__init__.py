"""Questions for a class about the unit, each with the probe or the run that decides it: no answer is written down anywhere."""
