# Does asyncio import with the overlay in front?
import asyncio

emit("imported", getattr(asyncio, "__file__", ""))
