"""looprig's library: benches, boards, meters and results. It knows nothing of pytest."""
