"""The sound of a clip, copied packet by packet into another file: nothing is decoded, so nothing is lost."""

import math
import warnings
from collections.abc import Generator
from fractions import Fraction
from pathlib import Path

import av
from av.container import OutputContainer

from lib.core.errors import VideoWarning
from lib.video.opening import open_video


class Sound:
    """Copies the sound of a clip into an open file, as far as its pictures have come.

    Sound of a kind that the file cannot hold is left out, with a VideoWarning.

    Args:
        clip: whose sound it is.
        target: the open file, before anything is written to it.
        out: its name, for the warning.
        begin: the time stamp of the clip's first picture, in seconds.
    """

    def __init__(self, clip: Path, target: OutputContainer, out: Path, begin: float):
        self._clip, self._target, self._begin = clip, target, begin
        self._source, _ = open_video(clip)
        kinds = {s: s.codec_context.name if s.codec_context else "unknown" for s in self._source.streams.audio}
        held = [stream for stream, kind in kinds.items() if kind in target.supported_codecs]
        if absent := sorted(set(kinds.values()) - {kinds[stream] for stream in held}):
            warnings.warn(
                f"{out} is without the sound of {clip}: {out.suffix} cannot hold {', '.join(absent)}. Choose "
                f"{'.avi' if out.suffix.lower() == '.mp4' else '.mp4'}, or convert the clip's sound to AAC first.",
                VideoWarning,
                stacklevel=2,
            )
        self._targets = {stream: target.add_stream_from_template(stream) for stream in held}
        self._origin = 0.0
        self._ends: dict[int, Fraction] = {}  # of each stream: when its last packet ends
        self._gaps: dict[int, Fraction] = {}  # and by how much its times are shifted, where they begin again
        self._packets = self._coming()
        self._next = next(self._packets, None)

    def begin_at(self, seconds: float) -> None:
        """Leave out what is before a moment of the clip, which becomes the beginning of the file."""
        self._origin = seconds

    def copy_until(self, seconds: float = math.inf) -> None:
        """Copy what begins before a moment of the clip, in seconds since its first picture; in the end, all."""
        while self._next is not None and self._moment(self._next) < seconds:
            packet, self._next = self._next, None
            if not self._origin or self._moment(packet) >= self._origin:
                shift = round((self._begin + self._origin) / packet.time_base)
                packet.pts, packet.dts = (packet.pts or 0) - shift, (packet.dts or 0) - shift
                packet.stream = self._targets[packet.stream]
                self._follow(packet)
                self._target.mux(packet)
            self._next = next(self._packets, None)

    def _follow(self, packet: av.Packet) -> None:
        """Let a packet follow the last one where time begins again: no file may hold times that run backwards."""
        stream, end = packet.stream.index, self._ends.get(packet.stream.index)
        moment = (packet.dts or 0) * packet.time_base
        if end is not None and moment + self._gaps.get(stream, 0) < end - (packet.duration or 0) * packet.time_base:
            self._gaps[stream] = end - moment
        shift = round(self._gaps.get(stream, Fraction(0)) / packet.time_base)
        packet.pts, packet.dts = (packet.pts or 0) + shift, (packet.dts or 0) + shift
        self._ends[stream] = (packet.dts + (packet.duration or 0)) * packet.time_base

    def close(self) -> None:
        """Let go of the clip."""
        self._packets.close()
        self._source.close()

    def _coming(self) -> Generator[av.Packet, None, None]:
        if not self._targets:
            return
        try:
            for packet in self._source.demux(*self._targets):
                if packet.pts is not None and packet.dts is not None:  # a stream ends with an empty packet
                    yield packet
        except av.FFmpegError as error:
            what = f"The sound of {self._clip} cannot be read to its end ({error.strerror})"
            warnings.warn(f"{what}: the rest of the copy is silent.", VideoWarning, stacklevel=2)

    def _moment(self, packet: av.Packet) -> float:
        """Seconds since the clip's first picture."""
        return float((packet.pts or 0) * packet.time_base) - self._begin
