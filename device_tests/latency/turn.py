# What a turn of the loop costs beside a bare one.
asyncio.run(emit_turn())
