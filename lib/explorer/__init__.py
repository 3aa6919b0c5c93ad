"""The explorer: two ways of smoothing one clip side by side, in a notebook or on a page; the browser does the work."""

from lib.explorer.data import pack
from lib.explorer.page import write as write_page
from lib.explorer.widget import SmoothingExplorer
