"""Coverage: where a radar really sees and a fire unit really reaches, beside the published ring. In this model only."""

from openiads.coverage.contours import Contour, Coverage, contours
from openiads.coverage.files import write_coverage
from openiads.coverage.outline import Outline, Reach, outline
from openiads.coverage.tracks import firm_track_probability
from openiads.coverage.views import Site, radar_ids
from openiads.coverage.visibility import VisibilityMap, minimum_visible_altitude

__all__ = [
    "Contour",
    "Coverage",
    "Outline",
    "Reach",
    "Site",
    "VisibilityMap",
    "contours",
    "firm_track_probability",
    "minimum_visible_altitude",
    "outline",
    "radar_ids",
    "write_coverage",
]
