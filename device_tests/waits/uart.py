# Bytes arrive in mid-wait, sent by a callback of the firmware or, before the wait begins,
# on so slow a line that the hardware is long at it: then nothing but the UART interrupts.
async def main():
    pacer = asyncio.create_task(pace(params["timer_ms"]))
    await sleep_ms(1)
    late, got = [], []
    for _ in range(params["times"]):
        if params["ms"]:
            after(params["ms"], send)
        else:
            send()
        got.append(await reader.readexactly(len(params["data"])))
        late.append(ticks_diff(ticks_us(), sent_at))
        await sleep_ms(2)
    pacer.cancel()
    emit("took", late)
    emit("got", got)


emit("source", source)
if source != "none":
    asyncio.run(main())
uart.deinit()
