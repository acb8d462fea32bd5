"""`make bench`: what Userward does beside the least that could do it, in one run, as ratios."""
