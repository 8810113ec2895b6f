"""Building blocks of the lab's pages. May import core, never pages."""
