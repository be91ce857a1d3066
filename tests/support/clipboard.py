# SPDX-License-Identifier: GPL-3.0-or-later
"""Another program that pastes: prints what the display's clipboard holds as JSON, a member each media type asked for."""
import json
import sys

import gi
gi.require_version('Gtk', '4.0')
from gi.repository import Gdk, Gio, GLib, Gtk  # noqa: E402


def read(clipboard, kind, loop, held):
    memory = Gio.MemoryOutputStream.new_resizable()

    def written(stream, result):
        stream.splice_finish(result)
        held[kind] = stream.steal_as_bytes().get_data().decode()
        loop.quit()

    def opened(source, result):
        stream, _ = source.read_finish(result)
        memory.splice_async(stream, Gio.OutputStreamSpliceFlags.CLOSE_SOURCE | Gio.OutputStreamSpliceFlags.CLOSE_TARGET,
                            GLib.PRIORITY_DEFAULT, None, written)

    clipboard.read_async([kind], GLib.PRIORITY_DEFAULT, None, opened)
    loop.run()


Gtk.init()
held, loop = {}, GLib.MainLoop()
for kind in sys.argv[1:]:
    read(Gdk.Display.get_default().get_clipboard(), kind, loop, held)
json.dump(held, sys.stdout)
