"""Coverage: where a radar really sees and a fire unit really reaches, beside the published ring. In this model only."""

from openiads.coverage.outline import Outline, Reach, outline
from openiads.coverage.views import Site

__all__ = ["Outline", "Reach", "Site", "outline"]
