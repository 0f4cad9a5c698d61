"""Tidebook: a guest book for a boat club, with nothing but Python's standard library.

Runs with `python3 main.py` and listens on $PORT (8000 when it is not set). Entries are kept in the
SQLite file named by $TIDEBOOK_FILE; without it they live in memory and end with the process.
"""

import html
import json
import os
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from book import Book

STATIC = Path(__file__).parent / "static"
TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8"}
PAGE = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")
LONGEST_BODY = 10_000


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Tidebook/1"
    book: Book

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/":
            self.answer(200, "text/html; charset=utf-8", page(self.book))
        elif path == "/health":
            self.answer_json(200, {"ok": True, "entries": self.book.count()})
        elif path == "/entries.json":
            self.answer_json(200, [entry._asdict() for entry in self.book.latest(50)])
        elif path.startswith("/static/"):
            self.answer_file(path.removeprefix("/static/"))
        else:
            self.answer(404, "text/html; charset=utf-8", "<h1>No such page</h1><p><a href='/'>To the guest book</a></p>")

    do_HEAD = do_GET

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if urlsplit(self.path).path != "/entries" or length > LONGEST_BODY:
            self.close_connection = True
            self.answer(413 if length > LONGEST_BODY else 404, "text/plain; charset=utf-8", "refused\n")
            return
        form = parse_qs(self.rfile.read(length).decode("utf-8", "replace"))
        boat, note = (form.get(field, [""])[0].strip() for field in ("boat", "note"))
        if not boat or not note:
            self.answer(422, "text/plain; charset=utf-8", "A boat and a note, please.\n")
            return
        self.book.write(boat[:60], note[:500])
        self.send_response(303)
        self.send_header("Location", "/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def answer_file(self, name: str) -> None:
        known = {file.name: file for file in STATIC.iterdir()}
        if name not in known:
            self.answer(404, "text/plain; charset=utf-8", "no such file\n")
            return
        self.answer(200, TYPES.get(known[name].suffix, "application/octet-stream"), known[name].read_text(encoding="utf-8"))

    def answer_json(self, status: int, value: object) -> None:
        self.answer(status, "application/json", json.dumps(value, ensure_ascii=False))

    def answer(self, status: int, content_type: str, text: str) -> None:
        body = text.encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def page(book: Book) -> str:
    entries = "\n".join(
        f"<li><strong>{html.escape(entry.boat)}</strong> <time>{html.escape(entry.at)}</time><p>{html.escape(entry.note)}</p></li>"
        for entry in book.latest(20)
    )
    return PAGE.replace("<!-- entries -->", entries)


def main() -> None:
    port = int(os.environ.get("PORT", "8000"))
    Handler.book = Book(os.environ.get("TIDEBOOK_FILE", ":memory:"))
    server = ThreadingHTTPServer(("0.0.0.0", port), Handler)
    # shutdown() waits for the loop, which runs in this thread: it has to be called from another one.
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"Tidebook listens on port {port}", flush=True)
    server.serve_forever()
    server.server_close()


if __name__ == "__main__":
    main()
