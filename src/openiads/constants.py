"""Constants of nature and of geodesy, each with its source. Figures about systems live in the catalogue."""

from typing import Final

SPEED_OF_LIGHT_MPS: Final = 299_792_458.0
"""Speed of light in vacuum. BIPM, SI Brochure, 9th edition, 2019 (exact)."""

BOLTZMANN_J_PER_K: Final = 1.380649e-23
"""Boltzmann constant. BIPM, SI Brochure, 9th edition, 2019 (exact)."""

STANDARD_GRAVITY_MPS2: Final = 9.80665
"""Standard acceleration of gravity. 3rd CGPM, 1901 (exact)."""

WGS84_SEMI_MAJOR_M: Final = 6_378_137.0
"""Semi-major axis of the WGS 84 ellipsoid. NGA.STND.0036, 2014 (defining)."""

WGS84_FLATTENING: Final = 1.0 / 298.257223563
"""Flattening of the WGS 84 ellipsoid. NGA.STND.0036, 2014 (defining)."""

MEAN_EARTH_RADIUS_M: Final = 6_371_008.7714
"""Mean radius (2a + b) / 3 of WGS 84. H. Moritz, "Geodetic Reference System 1980", 2000, applied to WGS 84."""

STANDARD_REFRACTION_FACTOR: Final = 4.0 / 3.0
"""Effective-earth factor k of the standard atmosphere. M. I. Skolnik, Radar Systems, 3rd ed., 2001, sect. 8.2."""

NANOSECONDS_PER_SECOND: Final = 1_000_000_000
"""Engine time is counted in whole nanoseconds."""

METRES_PER_KILOMETRE: Final = 1000.0
"""BIPM, SI Brochure, 9th edition, 2019, table 7 (exact)."""

SECONDS_PER_MINUTE: Final = 60.0
"""BIPM, SI Brochure, 9th edition, 2019, table 8 (exact)."""

REFERENCE_TEMPERATURE_K: Final = 290.0
"""Standard noise temperature T0. IRE Standards on Electron Tubes, Proc. IRE 45(7), 983-1010, 1957 (defining)."""

GRAVITATIONAL_PARAMETER: Final = 3.986004418e14
"""Of the earth with its atmosphere, in m3/s2. NGA.STND.0036, World Geodetic System 1984, 2014 (defining)."""

EARTH_RATE: Final = 7.292115e-5
"""Angular velocity of the earth, in rad/s. NGA.STND.0036, 2014 (defining)."""

NAUTICAL_MILE_M: Final = 1852.0
"""International nautical mile. First International Extraordinary Hydrographic Conference, 1929 (exact)."""

FOOT_M: Final = 0.3048
"""International foot. U.S. National Bureau of Standards, Federal Register 24, 5348, 1959 (exact)."""

DIS_HEARTBEAT_S: Final = 5.0
"""Longest time between two Entity State reports of a moving entity. IEEE 1278.1-2012, annex G (default HBT_PDU_ES)."""

DIS_STATIONARY_HEARTBEAT_S: Final = 60.0
"""The same for what stands still, here also for radios. IEEE 1278.1-2012, annex G (default HBT_STATIONARY)."""

DIS_EMISSION_HEARTBEAT_S: Final = 10.0
"""Longest time between two Electromagnetic Emission reports. IEEE 1278.1-2012, annex G (default HBT_PDU_EE)."""

DIS_POSITION_THRESHOLD_M: Final = 1.0
"""Error of dead reckoning at which an entity reports anew. IEEE 1278.1-2012, annex G (default DRA_POS_THRSH)."""

FULL_TURN_DEG: Final = 360.0
"""A full turn. BIPM, SI Brochure, 9th edition, 2019, table 8 (exact)."""
