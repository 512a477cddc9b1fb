# Where does what stands first on the path come from?
for name in params["modules"]:
    emit("came", name, getattr(__import__(name), "__file__", ""))
