"""The frames of a stream; damaged ones are counted and skipped."""

from collections.abc import Iterator
from typing import Any

from .opening import reason
from .optional_packages import need
from .picture_size import stated_size

_HOPELESS = 100  # largest number of errors before the first frame


class StreamDecoder:
    """Decodes one stream of a container, in order; it can be iterated once.

    Args:
        container: A container from :func:`.opening.open_media`.
        stream: One of its streams.

    Attributes:
        packets: Number of packets that were read.
        damaged: Number of damaged packets and frames.
        first_error: The first error, empty if there is none.
        first_errno: Its error number, 0 if it has none.
        end_error: Reason why reading stopped before the end of the file, else empty.
        stated_size: Width and height that the first damaged picture states, pixels.
    """

    def __init__(self, container: Any, stream: Any) -> None:
        self._container = container
        self._stream = stream
        self._av = need('av')
        self.packets = self.damaged = 0
        self.first_error = self.end_error = ''
        self.first_errno = 0
        self.stated_size = 0, 0

    def __iter__(self) -> Iterator:
        read_any = False
        for packet in self._packets():
            try:
                frames = packet.decode()
            except self._av.error.EOFError:
                continue
            except (self._av.error.FFmpegError, OSError, ValueError) as err:
                if not self.damaged:
                    self.first_errno = getattr(err, 'errno', None) or 0
                    self.stated_size = stated_size(bytes(packet))
                self._count(reason(err))
                if self.damaged > _HOPELESS and not read_any:
                    return
                continue
            for frame in frames:
                read_any = True
                self.damaged += bool(frame.is_corrupt)
                yield frame

    def _packets(self) -> Iterator:
        """All packets, then one that makes the decoder give its last frames."""
        reached = -1
        while True:
            try:
                for packet in self._container.demux(self._stream):
                    if self.end_error:
                        self._count(self.end_error)
                        self.end_error = ''
                    if packet.size:  # an empty packet would end the decoder
                        self.packets += 1
                        yield packet
                break
            except self._av.error.EOFError:
                break
            except (self._av.error.FFmpegError, OSError, ValueError) as err:
                self.end_error = self.end_error or reason(err)
                if reached == self.packets:
                    break  # the decoder cannot go on
                reached = self.packets
        end = self._av.Packet()  # the last frames come with their times
        end.stream, end.time_base = self._stream, self._stream.time_base
        yield end

    def _count(self, error: str) -> None:
        self.damaged += 1
        self.first_error = self.first_error or error

    def problem(self) -> str:
        """A sentence about the damage, empty if there is none."""
        if not self.damaged:
            return ''
        why = f' ({self.first_error})' if self.first_error else ''
        return f'{self.damaged} damaged packets or frames in the file{why}'
