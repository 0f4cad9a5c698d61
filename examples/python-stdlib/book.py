"""The entries of the guest book, in SQLite."""

import sqlite3
import threading
from datetime import datetime, timezone
from typing import NamedTuple

FIRST = [
    ("Möwe", "Came in with the evening tide, left with a jar of rhubarb jam."),
    ("Hold Fast", "Berth 4 is shallow at springs: keep to the east side."),
]


class Entry(NamedTuple):
    boat: str
    note: str
    at: str


class Book:
    def __init__(self, file: str) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(file, check_same_thread=False)
        self._database.execute("create table if not exists entries (boat text not null, note text not null, at text not null)")
        if self.count() == 0:
            for boat, note in FIRST:
                self.write(boat, note)

    def write(self, boat: str, note: str) -> None:
        at = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M")
        with self._lock, self._database:
            self._database.execute("insert into entries values (?, ?, ?)", (boat, note, at))

    def latest(self, count: int) -> list[Entry]:
        with self._lock:
            rows = self._database.execute("select boat, note, at from entries order by rowid desc limit ?", (count,)).fetchall()
        return [Entry(*row) for row in rows]

    def count(self) -> int:
        with self._lock:
            return self._database.execute("select count(*) from entries").fetchone()[0]
