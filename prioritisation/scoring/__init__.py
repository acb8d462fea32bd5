"""The arithmetic of docs/score.md: numpy and the standard library only."""
