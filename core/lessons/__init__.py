"""Lessons: files that lead through pages of the lab, step by step, with questions to predict and checks that measure."""
