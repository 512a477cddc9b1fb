# One asyncio.run after another: what a batch takes, beside a fixed piece of work, and the heap.
import gc

CAUGHT = (ValueError, SystemExit, KeyboardInterrupt)
loop = asyncio.get_event_loop()


async def work():
    await asyncio.sleep(0)


async def waits():
    await asyncio.sleep_ms(60000)


async def main(raises=None, leaves=False):
    asyncio.create_task(work())
    if leaves:
        asyncio.create_task(waits())
        asyncio.create_task(asyncio.Event().wait())
    await asyncio.sleep(0)
    if raises:
        raise raises


async def stops():
    await main()
    loop.stop()


def once(number):
    # asyncio.run, mostly, and each way that it ends
    number %= 8
    if number == 1:
        loop.run_until_complete(main())
    elif number == 2:
        asyncio.create_task(stops())
        loop.run_forever()
    elif number in (3, 4, 5):
        try:
            asyncio.run(main(CAUGHT[number - 3]))
        except CAUGHT:
            pass
    else:
        asyncio.run(main(leaves=number == 6 and params["resets"]))
    if params["resets"]:
        asyncio.new_event_loop()


took, own, used = [0] * params["batches"], [0] * params["batches"], []
batch, began = 0, ticks_us()
emit("prompt", asyncio.run(prompt()))
for batch in range(params["batches"]):
    if batch % params["look"] == params["look"] - 1:
        gc.collect()
        used.append(gc.mem_alloc())
    own[batch] = reference()
    gc.collect()
    start = ticks_us()
    for number in range(params["each"]):
        once(number)
    took[batch] = ticks_diff(ticks_us(), start)
    # the host needs three looks, of which the last is at the end
    if len(used) > 1 and ticks_diff(ticks_us(), began) > params["enough_us"]:
        break
gc.collect()
used.append(gc.mem_alloc())
emit("prompt", asyncio.run(prompt()))
emit("own", own[: batch + 1])
emit("took", took[: batch + 1])
emit("used", used)
