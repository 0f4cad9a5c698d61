"""
Loaded by Python before a program of this machine (PYTHONPATH), as node.cjs is by Node: where the program would listen on the port that is
written in its text, it listens on the one it was given. Servers whose loop is not Python's (uvloop) have to read PORT.
Source: https://docs.python.org/3/library/site.html
"""

import os
import socket
import sys

written = int(os.environ.get("LANDFALL_WRITTEN_PORT") or 0)
given = int(os.environ.get("PORT") or 0)
bind = socket.socket.bind


def bind_given(self, address):
    if self.family in (socket.AF_INET, socket.AF_INET6) and address[1] == written:
        address = (address[0], given, *address[2:])
    return bind(self, address)


if written and given:
    socket.socket.bind = bind_given

# The machine may have a module of this name too, which this one hides.
sys.path = [path for path in sys.path if path != os.path.dirname(__file__)]
this = sys.modules.pop("sitecustomize")
try:
    import sitecustomize  # noqa: F401
except ImportError:
    # Python looks for the module it has loaded, under its name.
    sys.modules["sitecustomize"] = this
