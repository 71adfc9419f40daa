"""What if: changed studies by the dozen, a layout judged again and again, a panel of sliders.

In: a study, named changes, layouts. Out: a table of outcomes, a table of regrets, a panel.
"""
