"""How sure the order is: intervals, plausible weightings, and who works them out."""
