"""The slider: two ways of smoothing one clip side by side, drawn anew at every move; the network is never asked."""

from lib.explorer.drawing import WIDTH, Drawing, draw
from lib.explorer.frames import ClipFrames
from lib.explorer.state import LARGEST, METHODS, ClipData, Metrics, Side, State
from lib.explorer.widget import SmoothingExplorer
