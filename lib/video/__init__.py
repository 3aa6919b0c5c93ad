"""Clips: read them, score them once, draw the labels last.

Pictures are uint8 RGB arrays (height, width, 3) throughout.
"""

from lib.core.errors import VideoError, VideoWarning
from lib.video.annotate import annotate_clip, check_output_path
from lib.video.drawing import draw_label, strip_of
from lib.video.info import VideoInfo
from lib.video.live import Address, Camera, SimulatedCamera
from lib.video.reader import Frame, VideoReader
from lib.video.scores import FrameScores
from lib.video.scoring import score_clip, score_once
from lib.video.sink import VideoSink
