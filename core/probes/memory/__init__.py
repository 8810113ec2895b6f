"""Memory: gradients through time, the recall task, and what a run's own cells remember."""
