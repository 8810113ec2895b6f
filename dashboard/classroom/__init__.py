"""The class on every page: the form by which one joins, the bar, following the instructor, and how pages hear what the class does."""
