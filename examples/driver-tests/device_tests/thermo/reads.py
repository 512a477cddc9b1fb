# One reading of a whole sensor, and one of a sensor whose bytes are damaged.
import asyncio

from th10 import PlayedBus
from thermo import Thermo


async def main():
    emit("read", await Thermo(PlayedBus(params["hundredths"])).read())
    try:
        await Thermo(PlayedBus(params["hundredths"], damaged=True)).read()
        emit("damaged", "was taken")
    except Exception as error:
        emit("damaged", type(error).__name__)


asyncio.run(main())
