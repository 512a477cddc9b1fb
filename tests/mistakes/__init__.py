"""What tests/test_mistakes.py makes up, by kind: each draw is a Case that says what it comes to."""
