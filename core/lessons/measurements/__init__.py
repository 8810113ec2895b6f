"""Measurements that a lesson can check: those that decide the questions for a class, and more of the probes that pages show."""
