"""The sound of a video, put next to new pictures."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

# What players expect in an MP4 file; other codecs are encoded anew as AAC.
COPIED = ('aac', 'mp3', 'ac3', 'eac3', 'alac', 'opus')

LEAD_IN = 0.1  # seconds


class Sound:
    """Carries the first audio stream of a file over to another.

    Packets go over as the pictures advance, so that neither waits long for the other.
    A codec that MP4 players know is copied, not encoded again.

    Args:
        av: PyAV.
        path: Video that has the sound.
        output: Container that gets it, `av.container.OutputContainer`.
    """

    def __init__(self, av: ModuleType, path: Path, output) -> None:
        self._av, self._output = av, output
        self._input = av.open(str(path), metadata_errors='replace')
        source = self._input.streams.audio[0]
        video = next(iter(self._input.streams.video), None)
        # Pictures are counted from the first one; so is the sound.
        start = video.start_time if video is not None else None
        self._start = float(start * video.time_base) if start else 0.0
        self._copied = source.codec_context.name in COPIED
        if self._copied:
            self._stream = output.add_stream_from_template(source)
        else:
            self._stream = output.add_stream('aac', rate=source.rate)
            self._stream.layout = 'mono' if source.channels == 1 else 'stereo'
            self._resampler = av.AudioResampler(
                self._stream.format, self._stream.layout, self._stream.rate
            )
        self._source = source
        self._packets = self._read()
        self._waiting = next(self._packets, None)

    def advance(self, seconds: float) -> None:
        """Carries over what sounds before this moment."""
        while self._waiting is not None:
            packet = self._waiting
            when = packet.pts if packet.pts is not None else packet.dts
            if float(when * packet.time_base) > seconds:
                return
            self._output.mux(packet)
            self._waiting = next(self._packets, None)

    def close(self) -> None:
        """Closes the file that was read."""
        self._input.close()

    def _read(self) -> Iterator:
        """Packets in the time of the pictures; damaged ones are left out."""
        damage = self._av.error.FFmpegError
        packets = self._input.demux(self._source)
        while True:
            try:
                packet = next(packets, None)
                if packet is None:
                    return
                yield from self._copy(packet) if self._copied else self._encode(packet)
            except damage:
                continue

    def _copy(self, packet) -> Iterator:
        if packet.dts is None:  # the end
            return
        shift = round(self._start / packet.time_base)
        packet.pts = None if packet.pts is None else packet.pts - shift
        packet.dts -= shift
        # An encoder's lead-in lies a little before the start; it is skipped in play.
        if float(packet.dts * packet.time_base) > -LEAD_IN:
            packet.stream = self._stream
            yield packet

    def _encode(self, packet) -> Iterator:
        for frame in packet.decode():
            shift = round(self._start / frame.time_base)
            frame.pts = None if frame.pts is None else frame.pts - shift
            for same in self._resampler.resample(frame):
                yield from self._stream.encode(same)
        if packet.dts is None:
            for last in self._resampler.resample(None):
                yield from self._stream.encode(last)
            yield from self._stream.encode(None)
