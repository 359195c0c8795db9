"""Systems, signatures, places and the map as data: every figure with its spread, unit, source and grade."""

from openiads.catalogue.figures import Attribute, Entry, Figure
from openiads.catalogue.loading import FAMILIES, Catalogue, load_catalogue

__all__ = ["FAMILIES", "Attribute", "Catalogue", "Entry", "Figure", "load_catalogue"]
