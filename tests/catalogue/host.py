"""A host on this machine, in the place of one of the network."""

from contextlib import contextmanager

from ..local_server import QuietHandler, listening


class Host:
    """What the host has, how it behaves, and what it was asked.

    Attributes:
        files: Path -> content.
        cut: Bytes after which it breaks off, once.
        silent: Whether it hangs up without a word.
        ranges: Whether it goes on in the middle of a file.
        moved: Path -> where it is now.
        asked: (path, Range header) of every request.
    """

    def __init__(self):
        self.files, self.cut, self.ranges = {}, None, True
        self.moved, self.asked, self.url = {}, [], None
        self.silent = False


@contextmanager
def serving():
    """Runs a host; its ``url`` ends in a slash."""
    host = Host()

    class Handler(QuietHandler):
        def do_GET(self):
            wanted = self.headers.get('Range')
            host.asked.append((self.path, wanted))
            if host.silent:
                return
            if self.path in host.moved:
                self.send_response(302)
                self.send_header('Location', host.moved[self.path])
                self.end_headers()
                return
            content = host.files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            start, total = 0, len(content)
            if wanted and host.ranges:
                start = int(wanted.removeprefix('bytes=').rstrip('-'))
                if start >= total:
                    self.send_error(416)
                    return
                self.send_response(206)
                span = f'bytes {start}-{total - 1}/{total}'
                self.send_header('Content-Range', span)
            else:
                self.send_response(200)
            self.send_header('Content-Length', str(total - start))
            self.end_headers()
            body = content[start:]
            if host.cut is not None:
                body, host.cut = body[: host.cut], None
            self.wfile.write(body)

    with listening(Handler) as address:
        host.url = f'{address}/'
        yield host
