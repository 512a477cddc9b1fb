"""Dialects: how one family of meters is told to log current. One file each; adding a meter is
adding a file here that defines a class `Dialect` derived from `rig.meters.dialect.Base`.
"""
