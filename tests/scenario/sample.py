"""A small valid scenario that tests change in one place."""

BASE = """\
openiads_scenario: "0.1"
scenario: {id: sample, title: Sample, notional: true}
clock: {start_utc: 2019-11-26T06:00:00Z, duration_s: 3600}
places:
  site: {latitude_deg: 0.0, longitude_deg: 0.0, ground_m: 100, mask_angle_deg: 0.5}
  city: {latitude_deg: 0.5, longitude_deg: 0.5, ground_m: 0}
signatures:
  fighter: {front_m2: 3, side_over_front_db: 10, reflectors_m2: 5, swerling: 1}
assets:
  city: {place: city}
command_posts:
  post-1: {place: site}
sensors:
  watch-1:
    place: city
    reports_to: post-1
    search_radar: {system: generic-long-range}
fire_units:
  unit-1:
    system: s-400-battalion
    place: site
    reports_to: post-1
    engagement_radar: {system: 92n6e, range_km: 240}
    missiles:
      long: {system: 48n6e3, count: 8}
network:
  links:
    feed: {from: watch-1, to: unit-1, carries: [tracks, status]}
objects:
  raider:
    side: hostile
    signature: fighter
    kind: aircraft
    motion:
      kind: waypoints
      speed_mps: 250
      altitude_m: 3000
      altitude_reference: amsl
      waypoints:
        - {latitude_deg: 1.0, longitude_deg: -2.0}
        - {place: city, altitude_m: 500}
      end: leak
  rocket:
    side: hostile
    system: srbm-iskander-class
    motion: {kind: ballistic, from: {latitude_deg: 2, longitude_deg: 2, altitude_m: 0}, to: city, apogee_km: 50}
variants:
  linked: {network.mode: integrated}
  weak: {catalogue.missiles.48n6e3.max_range_km: 120, objects.raider.rcs.front_m2: 0.5}
"""


def edited(old: str, new: str) -> str:
    """The sample with one passage replaced."""
    assert BASE.count(old) == 1, f"{old!r} stands {BASE.count(old)} times in the sample"
    return BASE.replace(old, new)
