"""ASTERIX (EUROCONTROL), to and from files only: CAT048 plots, CAT034 service messages, CAT062 system tracks.

Editions are pinned: CAT034 1.29, CAT048 1.31, CAT062 1.19. The simulated-target flag is always set.
"""
