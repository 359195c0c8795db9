"""Packets of an exported run as other decoders read them."""
