"""Sort keys, which never change, and folding for a search: every letter by itself, whatever stands around it."""

from __future__ import annotations

from sys import maxunicode

from billhook.store.sorting import fold, sort_key

LETTERS = "".join(map(chr, range(0xD800))) + "".join(map(chr, range(0xE000, maxunicode + 1)))


def letter_by_letter(text: str) -> str:
    return "".join(letter.lower()[0] for letter in text)


def test_every_letter_is_folded_as_it_would_be_alone() -> None:
    assert fold(LETTERS) == letter_by_letter(LETTERS)


def test_neither_the_end_of_a_word_nor_a_letter_that_would_become_two_changes_a_fold() -> None:
    assert fold("Invoice 100%_") == "invoice 100%_"
    assert fold("ΟΔΟΣ, ΣΑΣ") == "οδοσ, σασ"  # noqa: RUF001 - Greek letters
    assert fold("İSTANBUL İİ Σ") == "istanbul ii σ"  # noqa: RUF001 - Greek letters


def test_a_sort_key_tells_an_i_with_a_dot_from_one_without_whatever_their_case() -> None:
    assert [sort_key(text) for text in ("İnci", "I\u0307nci", "i\u0307nci")] == ["i\u0307nci"] * 3
    assert [sort_key(text) for text in ("Inci", "inci", "STRAẞE")] == ["inci", "inci", "strasse"]
