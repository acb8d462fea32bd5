"""What happened to the ranking: ranks over time, each movement of a score and its causes."""
