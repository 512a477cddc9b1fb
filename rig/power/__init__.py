"""From a meter's samples to the class of a wait."""
