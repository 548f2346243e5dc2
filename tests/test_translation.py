"""One full translation besides English: complete, and with the same placeholders."""

import re

import polib
import pytest

from tools import layout

I18N = layout.ROOT / "mfg_variance_core" / "i18n"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]")


@pytest.fixture(scope="module")
def texts():
    return polib.pofile(I18N / "mfg_variance_core.pot")


@pytest.fixture(scope="module")
def german():
    entries = polib.pofile(I18N / "de.po")
    return {entry.msgid: entry.msgstr for entry in entries if not entry.fuzzy}


def test_every_text_is_translated(texts, german):
    assert [entry.msgid for entry in texts if not german.get(entry.msgid)] == []


def test_placeholders_are_kept(german):
    def names(text):
        return sorted(PLACEHOLDER.findall(text))

    assert [
        english for english, text in german.items() if names(english) != names(text)
    ] == []
