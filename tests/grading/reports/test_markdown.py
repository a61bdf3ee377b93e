"""The feedback as Markdown, read by a Markdown parser that obeys everything it can."""

import pytest
from markdown_it import MarkdownIt

from cnn_course.grading.outcome import Status
from cnn_course.grading.reports.feedback import feedback_of
from cnn_course.grading.reports.feedback_text import feedback_markdown

OURS = {"h1", "h2", "h3", "p", "strong", "code", "pre", "ul", "li"}


@pytest.fixture
def rendered(parsed):
    """A function that renders Markdown with HTML, tables and everything else switched on."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return lambda text: parsed(parser.render(text).replace("<br />", ""))


def test_what_students_write_is_code_and_nothing_else(row, outcomes, exercise, hostile, rendered):
    checks = outcomes(Status.PASSED, Status.FAILED, Status.FAILED, Status.ERROR, message=f"gave {hostile}")
    checks = [type(check)(**{**vars(check), "printed": hostile}) for check in checks]
    infested = row(hostile, checks, name=hostile, problems=(hostile,), verdict="timeout", reason=hostile)
    text = feedback_markdown(feedback_of(infested, exercise))
    seen = rendered(text)
    assert seen.tags() <= OURS
    assert all(set(facts) <= {"class"} for _, facts in seen.elements)
    headings = [tag for tag, _ in seen.elements if tag in ("h1", "h2", "h3")]
    assert headings == ["h1", "h2", "h2", "h3", "h3", "h2", "h3", "h2"]
    assert not set(text) & set("\x1b\x00\x07\u202e\u2066\ufeff\x85")


def test_addresses_and_mentions_stand_in_code_where_no_platform_links_them(row, outcomes, exercise):
    checks = outcomes(*[Status.FAILED] * 4, message="see http://evil.example and @everyone #12")
    lines = feedback_markdown(feedback_of(row("www.evil.example", checks), exercise)).splitlines()
    fences = [at for at, line in enumerate(lines) if line.startswith("```")]
    for at, line in enumerate(lines):
        if "everyone" in line:
            assert sum(fence < at for fence in fences) % 2 == 1
    assert "Feedback for ` www.evil.example `" in lines


def test_what_authors_write_is_text_too(row, exercise, rendered):
    title = "__init__ of *conv2d_loops*: [x](y) <b>bold</b> ![z](w) | ~~a~~ &amp; `c` # \\"
    seen = rendered(feedback_markdown(feedback_of(row("x"), {**exercise, "title": title})))
    assert title in seen.text
    assert seen.tags() <= OURS
    assert "conv2d_loops" in feedback_markdown(feedback_of(row("x"), {**exercise, "title": "conv2d_loops"}))


def test_it_says_the_same_as_the_page(rows, exercise, rendered):
    text = rendered(feedback_markdown(feedback_of(rows[1], exercise))).text
    for words in (
        "03_doubling: Doubling",
        "3 of 6 points",
        "✗ failed: three is doubled",
        "double(3) gave 9, 6 was expected",
        "A hint for three is doubled.",
        "✓ passed: text is doubled",
        "✗ hidden check 1 of double: failed",
        "deck 004 (L80-291)",
    ):
        assert words in text


def test_nothing_of_a_hidden_check_but_its_number_is_in_it(rows, exercise, canary):
    for row in rows:
        assert canary not in feedback_markdown(feedback_of(row, exercise))


def test_a_rejected_upload_is_told_what_to_hand_in(rows, exercise):
    text = feedback_markdown(feedback_of(rows[6], exercise))
    assert "exercise.docx is a Word file" in text
    assert "03_doubling.ipynb" in text
    assert "Where to read again" not in text
