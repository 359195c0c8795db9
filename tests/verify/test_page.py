import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_about_verification_is_up_to_date():
    spec = importlib.util.spec_from_file_location("make_verification_page", ROOT / "tools" / "make_verification_page.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PAGE.read_text() == module.page(), "run tools/make_verification_page.py"
