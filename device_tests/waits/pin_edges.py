# A task drives one edge a turn; both kinds are heard, then one: each once, and in order.
def heard(which):
    levels.append(which.value())


def count(_):
    counted[0] += 1


async def drive(edges):
    for number in range(edges):
        out.value((number + 1) & 1)
        await sleep_ms(0)
    await sleep_ms(5)


levels, counted = [], [0]
listen(heard, Pin.IRQ_RISING | Pin.IRQ_FALLING)
asyncio.run(drive(params["edges"]))
emit("levels", len(levels), levels == [(number + 1) & 1 for number in range(len(levels))])
listen(count, Pin.IRQ_FALLING)
asyncio.run(drive(params["edges"]))
emit("falling", counted[0])
let_go()
