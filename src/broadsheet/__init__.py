"""A topical news desk: sources in, a published front page out."""

__version__ = "0.1.0"
