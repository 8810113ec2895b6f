"""A guide through the unit: its terms in plain words, its tasks, and how both are found."""
