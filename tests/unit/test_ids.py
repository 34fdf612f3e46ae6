"""Ids are opaque: what `encode` made comes back, anything else is not an id."""

from __future__ import annotations

from base64 import urlsafe_b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billhook.domain.ids import LARGEST_KEY, LONGEST_ID, decode, encode


def test_an_id_is_url_safe_and_without_padding() -> None:
    assert encode("Project", 7) == "UHJvamVjdDo3"
    assert encode("TimeEntry", 1) == "VGltZUVudHJ5OjE"


@pytest.mark.parametrize(("kind", "key"), [("Project", 1), ("BillingSubscription", 12345), ("TimeEntry", LARGEST_KEY)])
def test_an_id_comes_back_as_kind_and_key(kind: str, key: int) -> None:
    assert decode(encode(kind, key)) == (kind, key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A",
        "not an id",
        "UHJvamVjdDo3=",
        "UHJvamVjdDo3\n",
        "UHJvamVj=dDo3",
        "\u0661",
        "\ud800",
        "\U0001f4b6",
        encode("Project", -1),
        encode("Project", LARGEST_KEY + 1),
        encode("A:B", 1),
        "x" * (LONGEST_ID + 1),
    ],
)
def test_anything_that_was_never_made_is_not_an_id(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not an id$"):
        decode(text)


@pytest.mark.parametrize(
    "inside", ["Project", "Project:", "Project: 7", "Project:07", "Project:+7", "Project:7.0", "Project:\u0667", "Pr\u00f6ject:7"]
)
def test_only_one_spelling_of_an_id_is_taken(inside: str) -> None:
    with pytest.raises(ValueError, match=r"^not an id$"):
        decode(urlsafe_b64encode(inside.encode()).decode().rstrip("="))


def test_an_id_that_was_made_with_other_spare_bits_is_not_an_id() -> None:
    assert decode("VGltZUVudHJ5OjE") == ("TimeEntry", 1)
    with pytest.raises(ValueError, match=r"^not an id$"):
        decode("VGltZUVudHJ5OjF")


@given(st.text("AaBbUVJTjcdGxZzo0123456789-_=+/: ", max_size=24))
@settings(max_examples=60)
def test_whatever_is_decoded_is_encoded_to_the_same_text(text: str) -> None:
    try:
        kind, key = decode(text)
    except ValueError:
        return
    assert encode(kind, key) == text
