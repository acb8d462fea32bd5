"""From a write to stored scores: write, mark, enqueue, rescore, publish, check."""
