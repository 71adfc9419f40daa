"""The business mix and what follows from it: flows, visits, waiting times."""
