"""Why one requirement is above another, what to ask next, other ways to rank."""
