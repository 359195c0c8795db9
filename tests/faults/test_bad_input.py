"""Every reader of files from outside answers damaged input with a clear error; `tools/fuzz_formats.py` tries more."""

import importlib
import pickle
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import openiads
from openiads.errors import OpeniadsError, ResultsError
from openiads.results.files import read_json
from openiads.results.manifest import read_manifest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src" / "openiads").rglob("*.py"))
READERS = (
    *(
        "dis packets",
        "dis capture",
        "dis log",
        "asterix",
        "acmi text",
        "acmi zip",
        "adsb csv",
        "adsb json",
        "msdl",
        "scenario",
    ),
    *("study", "catalogue", "detections", "dted", "hgt", "hgt zip", "geotiff", "run manifest", "run parts"),
)


@pytest.fixture(scope="module")
def makers(tmp_path_factory: pytest.TempPathFactory, cases: Any) -> Iterator[Any]:
    sys.path.insert(0, str(ROOT / "tools"))
    folder = tmp_path_factory.mktemp("readers")
    openiads.run(cases.small(), replications=1, out=folder / "run")
    (folder / "work").mkdir()
    yield importlib.import_module("fuzz.targets").targets(folder / "run", folder / "work")
    sys.path.remove(str(ROOT / "tools"))


def test_every_reader_is_tried(makers: Any) -> None:
    assert tuple(makers) == READERS


def damaged(samples: list[bytes]) -> st.SearchStrategy[bytes]:
    """Good input with up to five cuts, insertions and overwritten spans, or bytes of any kind."""
    edit = st.tuples(
        st.floats(0, 1), st.integers(0, 12), st.binary(max_size=8) | st.sampled_from([b"-1", b"9" * 30, b"nan", b"../"])
    )

    def broken(sample: bytes, edits: list[tuple[float, int, bytes]], keep: float) -> bytes:
        data = bytearray(sample)
        for place, length, new in edits:
            at = int(place * len(data))
            data[at : at + length] = new
        return bytes(data[: max(1, int(keep * len(data)))])

    edits = st.lists(edit, min_size=1, max_size=5)
    return st.builds(broken, st.sampled_from(samples), edits, st.just(1.0) | st.floats(0, 1)) | st.binary(
        min_size=1, max_size=200
    )


def answer(target: Any, data: bytes) -> str:
    """Whether a reader took `data`, or refused it with a message; anything else that it raises is a fault of ours."""
    try:
        target.read(data)
    except OpeniadsError as error:
        return "refused" if len(str(error)) > 10 else "mute"
    return "taken"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # GDAL's own log of odd bytes
@pytest.mark.parametrize("name", READERS)
def test_damaged_input_gives_a_clear_error(makers: Any, name: str) -> None:
    target = makers[name]()
    answers = {"taken": 0, "refused": 0}

    @settings(max_examples=60, deadline=20_000, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(damaged(target.samples))
    def feed(data: bytes) -> None:
        answers[answer(target, data)] += 1

    feed()
    assert answers["refused"] > 0, answers


@pytest.mark.nightly
@pytest.mark.parametrize("name", READERS)
def test_ten_thousand_damaged_inputs(makers: Any, name: str) -> None:
    target = makers[name]()
    mutations = importlib.import_module("fuzz.mutate").mutations
    for data in mutations(target.samples, 10_000, key=10):
        answer(target, data)


DANGEROUS = {
    "pickle": r"\b(?:c?pickle|dill|shelve|marshal|joblib)\b(?!-)",
    "eval or exec": r"(?<![\w.])(?:eval|exec)\s*\(",
    "unsafe YAML": r"yaml\.(?:load|load_all|full_load|unsafe_load)\(|(?:Unsafe|Full)Loader",
    "templates from text": r"from_string\(|autoescape\s*=\s*False|\|\s*safe\b",
    "a shell": r"shell\s*=\s*True|os\.system\(|os\.popen\(",
    "archives unpacked by their own names": r"\.extractall\(|shutil\.unpack_archive|tarfile",
    "files of NumPy with objects": r"allow_pickle\s*=\s*True",
}
KNOWN = {
    ("engine/pool.py", "pickle"),  # bytes that the process itself made, to see whether an error can travel to its parent
    ("study/submit.py", "pickle"),  # writes the tasks of an array job
    ("study/array_task.py", "pickle"),  # reads them, when the job's own script states their hash
    (
        "catalogue/loading.py",
        "unsafe YAML",
    ),  # with a safe loader by name; a test of the catalogue reads a tag and is refused
}


@pytest.mark.parametrize("what", DANGEROUS)
def test_nothing_that_runs_what_it_reads(what: str) -> None:
    found = set()
    for path in SOURCES:
        code = re.sub(r'"""(?:.|\n)*?"""|#[^\n]*', "", path.read_text(encoding="utf-8"))
        if re.search(DANGEROUS[what], code):
            found.add((path.relative_to(ROOT / "src" / "openiads").as_posix(), what))
    assert found == {known for known in KNOWN if known[1] == what}


def test_a_task_of_an_array_job_is_read_only_when_its_script_states_its_hash(tmp_path: Path) -> None:
    from openiads.errors import StudyError
    from openiads.study import array_task

    class Bomb:
        def __reduce__(self) -> Any:
            return Path.touch, (tmp_path / "went-off",)

    (tmp_path / "task-00000.pickle").write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(StudyError, match=r"is not the file that was written with array\.sh"):
        array_task.main(str(tmp_path), "0", "0" * 64)
    assert not (tmp_path / "went-off").exists()


def test_the_search_finds_what_it_forbids() -> None:
    samples = [
        "import pickle",
        "eval(x)",
        "yaml.load(x)",
        "env.from_string(t)",
        "shell=True",
        "archive.extractall(",
        "allow_pickle=True",
    ]
    for sample, pattern in zip(samples, DANGEROUS.values(), strict=True):
        assert re.search(pattern, sample), sample


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("scenario_name", "../../outside.yaml", "must be the name of a file in the folder of the run"),
        ("scenario_name", "/etc/passwd", "must be the name of a file in the folder of the run"),
        ("scenario_name", "manifest.json", "must be the name of a file in the folder of the run"),
        ("replications", "many", "replications is 'many', which is no int"),
        ("replications", 10**12, "1 to 1000000000 is allowed"),
        ("block_size", 0, "block_size is 0"),
        ("seed", True, "seed is True, which is no int"),
        ("figures", [], r"figures is \[\], which is no dict"),
        ("full_replications", ["0"], "full_replications are not whole numbers"),
        ("record", "everything", "record is 'everything'; allowed: counts, events, full"),
    ],
)
def test_a_forged_manifest_is_refused(cases: Any, tmp_path: Path, field: str, value: Any, message: str) -> None:
    from openiads.results.files import to_json

    openiads.run(cases.small(), replications=1, out=tmp_path / "run")
    path = tmp_path / "run" / "manifest.json"
    path.write_bytes(to_json({**read_json(path), field: value}))
    with pytest.raises(ResultsError, match=message):
        read_manifest(tmp_path / "run")
    with pytest.raises(ResultsError, match=message):
        openiads.run(cases.small(), replications=1, out=tmp_path / "run", resume=True)


def test_json_that_nests_without_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[" * 200_000)
    with pytest.raises(ResultsError, match="is not JSON"):
        read_json(tmp_path / "a.json")


def test_names_in_archives_lead_nowhere(tmp_path: Path) -> None:
    """A zipped recording is read by its content; nothing is ever unpacked under the names that stand in it."""
    path = tmp_path / "in" / "a.zip.acmi"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../outside.txt", "\ufeffFileType=text/acmi/tacview\nFileVersion=2.2\n#1\n1,T=1|2|3\n".encode())
    found = openiads.import_file("acmi", path, tmp_path / "t.csv")
    assert found.rows == 1
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.zip.acmi", "in", "t.csv"]


YAML_BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (YAML_BOMB, "anchor &a is not allowed"),
        ("a: !!python/object/apply:os.system [ls]\n", "tag .* is not allowed"),
        ("a: " + "[" * 2000, "nested deeper than 32 levels|not valid YAML"),
        ("a: 1\n" * 1_250_001, "is larger than 5 MB"),
    ],
)
@pytest.mark.parametrize("reader", ["scenario", "study"])
def test_yaml_that_grows_or_runs_is_refused(tmp_path: Path, reader: str, text: str, message: str) -> None:
    from openiads.study.loading import load_study

    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OpeniadsError, match=message):
        (openiads.load_scenario if reader == "scenario" else load_study)(path)
