"""A lab in one file: what cannot be made again of its home, as it is at one moment while runs train; and a home made of such a file."""
