"""What the validation page says of the tests: level, question, evidence, and the tests that are the evidence."""

from typing import Final

LEVELS: Final = (
    (
        "L0 study file",
        "Is the question well posed?",
        "schema, rules of meaning, over 30 negative files each with one line and its place",
        (
            "study/test_negative.py::test_one_clear_line_with_its_place",
            "study/test_negative.py::test_the_schema_of_the_method_is_kept",
        ),
    ),
    (
        "L1 statistics",
        "Are numbers and intervals right?",
        "reference results, coverage of intervals over 400 repeats, false verdicts at the threshold over 1,500",
        (
            "study/test_attribution.py::test_every_number_of_the_reference",
            "study/test_paths.py::test_intervals_cover_over_400_repeats",
            "study/test_looks.py::test_false_verdicts_at_the_threshold_stay_below_five_percent",
        ),
    ),
    (
        "L2 formulas",
        "Is each formula right?",
        "[truth cases](../reference/verification.md): printed values, other programs, 50-digit arithmetic; traps of public code",
        ("verify/test_runner.py::test_every_case_of_the_shipped_pack_passes",),
    ),
    (
        "L3 simulator",
        "Do the parts behave together?",
        "limits, conservation, error rates drawn as stated, metamorphic relations below",
        (
            "engine/test_conservation.py::test_who_sees_nothing_stops_nothing",
            "engine/test_conservation.py::test_missiles_fired_and_left_are_those_at_the_start",
            "engine/test_conservation.py::test_every_object_ends_once",
            "engine/test_error_rates.py::test_misidentification_by_side",
            "engine/test_error_rates.py::test_kill_probability",
        ),
    ),
    (
        "L4 study",
        "Does the method behave?",
        "golden study word for word, parties exchanged, null player, identical positions, killed and resumed",
        (
            "study/test_golden.py::test_golden_words_and_shares",
            "study/test_golden.py::test_the_party_swap_mirrors_exactly",
            "study/test_golden.py::test_identical_positions_do_not_disagree",
            "study/test_golden.py::test_a_null_player_gets_nothing",
            "study/test_execute.py::test_killed_at_any_moment_and_resumed",
        ),
    ),
    (
        "L5 other models",
        "Do others agree?",
        (
            "GOSPA against Stone Soup on the same plots ([tracking](../reference/tracking.md)), viewshed against GDAL "
            "([terrain](../reference/terrain.md)), detection against SciPy and printed tables, packets against tshark"
        ),
        ("tracking/test_scene.py::test_gospa_on_the_recorded_scene_equals_stone_soups",),
    ),
    (
        "L6 validation",
        "Does it resemble the world?",
        "recorded traffic tracked through the sensing model; direction of documented effects; nothing on absolute figures",
        ("coverage/test_coverage.py::test_the_sea_horizon_holds_everywhere_on_earth",),
    ),
)

RELATIONS: Final = (
    (
        "adding an object 2,000 km away changes no row of anybody",
        ("engine/test_draws.py::test_an_aircraft_2000_km_away_changes_no_row_of_anybody",),
    ),
    ("the order of entities in a file changes no byte", ("engine/test_digests.py::test_entities_in_another_order",)),
    ("the number of workers changes no byte", ("engine/test_digests.py::test_two_workers",)),
    ("compiled and interpreted, the same bytes", ("engine/test_digests.py::test_without_the_jit",)),
    ("killed and resumed, the same bytes", ("engine/test_digests.py::test_killed_and_resumed",)),
    (
        "a higher kill probability does not raise mean leakage",
        ("engine/test_conservation.py::test_higher_kill_probability_does_not_raise_mean_leakage",),
    ),
    (
        "a much better defence (channels, reaction, magazine, reach, identification, sight, radars) lets less through",
        ("engine/test_conservation.py::test_a_much_better_defence_lets_less_through",),
    ),
    (
        "finer sectors of a rotation change no real plot: there is no time step",
        ("engine/test_cycles.py::test_sectors_of_a_rotation_change_no_real_plot",),
    ),
    (
        "ten times less cross-section, the fourth root less range",
        ("coverage/test_outline.py::test_ten_times_less_rcs_sees_the_fourth_root_less",),
    ),
    ("names permuted, what nodes know stays", ("engine/test_draws.py::test_ids_permuted_leave_everything_that_nodes_know",)),
    (
        "truth scrambled behind the plots, command and links do the same",
        ("engine/test_truth.py::test_command_and_links_do_the_same_over_another_truth",),
    ),
)
