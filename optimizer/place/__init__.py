"""Placement: candidate poses, the model, bound, search and certificate."""
