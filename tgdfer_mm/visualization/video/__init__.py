"""Pictures of a video's result: timelines, the video with marks, and pages."""

from .annotate import AnnotatedVideo, annotated_video
from .html_page import limits_of_use, render_report
from .timeline import NARROW, WIDE, draw_timeline, frames_to_show
from .write import ANNOTATED_NAME, write_all

__all__ = [
    'ANNOTATED_NAME',
    'NARROW',
    'WIDE',
    'AnnotatedVideo',
    'annotated_video',
    'draw_timeline',
    'frames_to_show',
    'limits_of_use',
    'render_report',
    'write_all',
]
