"""Many branches: which to refit first, where the next machines do most good, how far it has come.

In: a portfolio (one row a branch), devices that head office hands out, results. Out: a ranking,
an allotment with its proof, a roll-out report.
"""
