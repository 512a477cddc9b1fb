# Put in front of scripts with a wire from one pin to another: what the first drives, the second
# hears. Nothing else is driven, and the first is an input again in the end.
from machine import Pin

out = Pin(params["pins"][0], Pin.OUT, value=0)
pin = Pin(params["pins"][1], Pin.IN)
edge_at = 0


def listen(handler, trigger=Pin.IRQ_RISING):
    # Hard where that is asked for: at once, in the midst of whatever runs. Whether the port has it.
    if not params["hard"]:
        pin.irq(handler=handler, trigger=trigger)
        return True
    try:
        pin.irq(handler=handler, trigger=trigger, hard=True)
    except TypeError:
        return False
    return True


def rise(_=None):
    global edge_at
    edge_at = ticks_us()
    out.value(1)


def pulse(_=None):
    rise()
    out.value(0)


def let_go():
    pin.irq(handler=None)
    out.init(Pin.IN)
