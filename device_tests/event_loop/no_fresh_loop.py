# new_event_loop, beside the loop that was there before.
import asyncio

before = asyncio.get_event_loop()
new = asyncio.new_event_loop()
emit("new_is_old", new is before)
emit("still_the_one", asyncio.get_event_loop() is before)
