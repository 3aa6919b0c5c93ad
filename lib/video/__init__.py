"""Clips: read them, score them once, draw the labels last.

Pictures are uint8 RGB arrays (height, width, 3) throughout.
"""

from lib.video.annotate import annotate_clip, check_out
from lib.video.drawing import draw_label, strip_of
from lib.video.errors import VideoError, VideoWarning
from lib.video.info import VideoInfo
from lib.video.live import Camera, PlayedLive
from lib.video.reader import Frame, VideoReader
from lib.video.scores import FrameScores
from lib.video.scoring import score_clip
from lib.video.sink import VideoSink

__all__ = [
    "Camera",
    "Frame",
    "FrameScores",
    "PlayedLive",
    "VideoError",
    "VideoInfo",
    "VideoReader",
    "VideoSink",
    "VideoWarning",
    "annotate_clip",
    "check_out",
    "draw_label",
    "score_clip",
    "strip_of",
]
