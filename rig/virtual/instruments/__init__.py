"""Virtual instruments: each speaks one maker's SCPI, all measure the same modelled current.

Adding one is adding a file with a class derived from `logger.Logger` and a line in `BY_NAME`.
"""

from rig.virtual.instruments.generic import Generic
from rig.virtual.instruments.keithley_2450 import Keithley2450
from rig.virtual.instruments.keithley_dmm6500 import KeithleyDMM6500
from rig.virtual.instruments.keysight_34465a import Keysight34465A
from rig.virtual.instruments.keysight_n6705c import KeysightN6705C
from rig.virtual.instruments.logger import Logger
from rig.virtual.instruments.owon_xdm import OwonXDM
from rig.virtual.instruments.rs_ngu import RohdeSchwarzNGU
from rig.virtual.instruments.siglent_sdm import SiglentSDM
from rig.virtual.instruments.yokogawa_wt300 import YokogawaWT300

BY_NAME: dict[str, type[Logger]] = {
    "generic": Generic,
    "keithley-2450": Keithley2450,
    "keithley-dmm6500": KeithleyDMM6500,
    "keysight-34465a": Keysight34465A,
    "keysight-n6705c": KeysightN6705C,
    "owon-xdm": OwonXDM,
    "rs-ngu": RohdeSchwarzNGU,
    "siglent-sdm": SiglentSDM,
    "yokogawa-wt300": YokogawaWT300,
}
