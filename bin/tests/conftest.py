import pytest
from setup_env.home import Home


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder of our own, empty."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    home = Home(tmp_path / "home")
    home.create()
    return home
