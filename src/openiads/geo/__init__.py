"""Where things are and what can be seen: WGS 84, geodesics, the effective-earth horizon, terrain and site masks.

Heights are above the ellipsoid; the geoid is taken as the ellipsoid, so heights above mean sea level are used unchanged.
Every formula is one compiled function; the version for arrays calls it element by element, so both give the same bits.
"""
