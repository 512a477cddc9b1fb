# What a board's `machine` has and the Unix port's lacks. The holder takes a killed
# interpreter for a board that lost its state, and boots it again.
from umachine import *


def reset():
    import uctypes

    uctypes.bytearray_at(0, 1)[0]
