"""Errors that users may see: each says what is wrong, what was found, what is allowed and what to do."""


class OpeniadsError(Exception):
    """A mistake in the user's input or surroundings. The command line prints it as one line and exits with code 2."""


class OutOfRangeError(OpeniadsError):
    """A value lies outside the range in which a formula or a figure holds."""


class ScenarioError(OpeniadsError):
    """A scenario file says something that it may not; the message starts with `file:line:column`."""


class CatalogueError(OpeniadsError):
    """A catalogue entry or figure is unknown or malformed."""


class TerrainError(OpeniadsError):
    """An elevation file is missing, broken or does not cover the place asked for."""


class ResultsError(OpeniadsError):
    """A run folder is missing, incomplete, damaged or of another scenario."""


class StudyError(OpeniadsError):
    """A study file, lock or results folder says something that it may not, or asks for what cannot be done."""


class InteropError(OpeniadsError):
    """A file or packet of another tool's format is broken, or a run cannot be written in that format."""
