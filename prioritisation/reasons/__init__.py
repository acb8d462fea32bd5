"""Why a score is what it is, why one stands above another, and what to ask next."""
