"""Records: runs and lessons that came with the lab, the published run, published systems, and how a run becomes a record."""
