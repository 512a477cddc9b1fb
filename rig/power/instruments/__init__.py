"""Virtual instruments: each speaks one maker's SCPI, all measure the same modelled current.

Adding one is adding a file with a class derived from `logger.Logger` and a line in `BY_NAME`.
"""

from rig.power.instruments.keysight_34465a import Keysight34465A
from rig.power.instruments.logger import Logger

BY_NAME: dict[str, type[Logger]] = {
    "keysight-34465a": Keysight34465A,
}
