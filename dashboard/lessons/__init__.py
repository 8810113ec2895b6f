"""Lessons beside the pages of the lab."""
