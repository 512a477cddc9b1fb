"""Whether a bench is fit to measure with: each check says what it saw and how to mend it."""
