# Where does what stands first on the path come from, and does asyncio import with it?
for name in params["modules"]:
    emit("came", name, getattr(__import__(name), "__file__", ""))
__import__("asyncio")
