"""The pages: complete, closed to the outside, and never obeying what students put into them."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest

from cnn_course.grading.outcome import Status
from cnn_course.grading.reports.class_page import class_html
from cnn_course.grading.reports.feedback import feedback_of
from cnn_course.grading.reports.feedback_page import feedback_html
from cnn_course.grading.reports.known_mistakes import KnownMistake
from cnn_course.grading.reports.markup import breakable, element
from cnn_course.grading.reports.page import STYLE, page
from cnn_course.grading.wording import clean

PASSED, FAILED, ERROR = Status.PASSED, Status.FAILED, Status.ERROR
OURS = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section", "h1", "h2", "h3",
    "p", "ul", "ol", "li", "pre", "code", "strong", "em", "span", "bdi", "a", "wbr", "table", "caption",
    "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "svg", "rect", "line", "text", "details",
    "summary",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "id", "href", "scope", "role", "aria-hidden",
    "viewbox", "width", "height", "x", "y", "x1", "x2", "y1", "y2", "text-anchor",
}  # fmt: skip


def student_page(row, exercise) -> str:
    return feedback_html(feedback_of(row, exercise))


def class_page(rows, exercise, **more) -> str:
    return class_html(rows, exercise, pages={row.submission: "feedback/x.html" for row in rows}, **more)


def assert_ours(page) -> None:
    """Nothing in the page that we did not put there: no element, no attribute, no address."""
    assert page.tags() <= OURS
    for tag, attributes in page.elements:
        assert set(attributes) <= ATTRIBUTES, (tag, attributes)
        assert re.fullmatch(r"#task\d+|feedback/[\w%.-]+\.html", attributes.get("href") or "#task1")


@pytest.fixture
def infested(row, outcomes, hostile):
    """A row with a hostile text wherever students have a say."""
    checks = outcomes(PASSED, FAILED, FAILED, ERROR, message=f"text() gave {hostile}")
    checks = [replaced(check, hostile) for check in checks]
    return row(
        hostile,
        checks,
        name=hostile,
        problems=(f"line 3: {hostile}",) * 30,
        verdict="timeout",
        reason=hostile,
    )


def replaced(check, text):
    return type(check)(**{**vars(check), "printed": f"{text}\n" * 50})


def test_what_students_write_is_shown_and_not_obeyed(infested, exercise, parsed, hostile):
    seen = parsed(student_page(infested, exercise))
    assert_ours(seen)
    assert not set(seen.text) & set("\x1b\x00\x07\u202e\u2066\ufeff\x85")
    assert " ".join(clean(hostile)[:40].split()) in " ".join(seen.text.split())


def test_neither_does_the_page_of_the_class_obey(infested, exercise, parsed):
    notes = [f"Canvas: no row fits: {infested.submission}"]
    seen = parsed(class_page([infested, infested], exercise, notes=notes))
    assert_ours(seen)
    assert not set(seen.text) & set("\x1b\x00\x07\u202e\u2066\ufeff\x85")


def test_a_page_stays_small_however_much_a_student_sends(infested, exercise):
    assert len(student_page(infested, exercise)) < 80_000


def test_a_page_takes_nothing_from_elsewhere_and_says_so_to_the_browser(rows, exercise, parsed):
    for text in (class_page(rows, exercise), *[student_page(row, exercise) for row in rows]):
        seen = parsed(text)
        (policy,) = [facts["content"] for tag, facts in seen.elements if "http-equiv" in facts]
        (style,) = re.findall("<style>(.*)</style>", text, re.DOTALL)
        allowed = b64encode(sha256(style.encode()).digest()).decode()
        assert policy == (
            f"default-src 'none'; style-src 'sha256-{allowed}'; base-uri 'none'; form-action 'none'"
        )
        assert text.index("Content-Security-Policy") < text.index("<style")
        assert "url(" not in style
        assert "@import" not in style
        assert "http" not in re.sub("http-equiv", "", text)


def test_pages_have_a_language_a_title_and_headings_without_a_gap(rows, exercise, parsed):
    for text in (class_page(rows, exercise), *[student_page(row, exercise) for row in rows]):
        seen = parsed(text)
        assert ("html", {"lang": "en"}) in seen.elements
        assert seen.elements[2][1] == {"charset": "utf-8"}
        assert (
            "meta",
            {"name": "viewport", "content": "width=device-width, initial-scale=1"},
        ) in seen.elements
        levels = [int(tag[1]) for tag in (tag for tag, _ in seen.elements) if re.fullmatch(r"h\d", tag)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(deeper - level <= 1 for level, deeper in zip(levels, levels[1:], strict=False))
        tables = [tag for tag, _ in seen.elements if tag in ("table", "caption")]
        assert tables == ["table", "caption"] * (len(tables) // 2)
        assert all("scope" in facts for tag, facts in seen.elements if tag == "th")


def test_colours_are_for_light_dark_and_paper():
    assert "@media (prefers-color-scheme: dark)" in STYLE
    assert "@media print" in STYLE
    assert set(re.findall(r"var\((--\w+)\)", STYLE)) == set(re.findall(r"(--\w+):", STYLE))


def test_a_student_reads_what_came_back_why_it_matters_and_where_to_read(rows, exercise, parsed):
    text = parsed(student_page(rows[1], exercise)).text
    assert "3 of 6 points" in text
    assert "✗ failed: three is doubled" in text
    assert "double(3) gave 9, 6 was expected" in text
    assert "Hint: A hint for three is doubled." in text
    assert "✓ passed: text is doubled" in text
    assert "A hint for text is doubled." not in text
    assert "✗ hidden check 1 of double: failed" in text
    assert "deck 004 (L80-291)" in text
    assert "deck 003 (L36-159): sizes" in text


def test_nothing_of_a_hidden_check_but_its_number_is_in_a_students_page(rows, exercise, canary):
    for row in rows:
        assert canary not in student_page(row, exercise)


def test_a_reason_that_repeats_a_hidden_check_is_not_told(row, outcomes, exercise, canary):
    stopped = row("x", outcomes(PASSED, PASSED, ERROR, PASSED), verdict="crash")
    for text in (stopped.outcomes[2].message, stopped.outcomes[2].hint, stopped.outcomes[2].check):
        told = row("x", stopped.outcomes, verdict="crash", reason=f"it ended while {text}")
        assert canary not in student_page(told, exercise)
    told = row("x", stopped.outcomes, verdict="crash", reason="it ended by signal 11")
    assert "it ended by signal 11" in student_page(told, exercise)


def test_tasks_come_in_the_order_of_the_exercise(row, outcomes, exercise, parsed):
    checks = outcomes(PASSED, PASSED, PASSED, PASSED)[::-1]
    seen = parsed(student_page(row("x", checks), exercise))
    assert [facts["href"] for tag, facts in seen.elements if tag == "a"] == ["#task1", "#task2"]
    assert seen.text.index("three is doubled") < seen.text.index("four is halved")


def test_a_task_that_was_not_attempted_is_one_line(rows, exercise, parsed):
    text = parsed(student_page(rows[2], exercise)).text
    assert text.count("– not attempted: double is still to be written") == 2
    assert "three is doubled" not in text
    assert "No check passed yet." in text


def test_what_is_the_same_again_is_not_said_again(row, outcomes, exercise, parsed):
    text = parsed(student_page(row("x", outcomes(FAILED, FAILED, FAILED, PASSED)), exercise)).text
    assert text.count("double(3) gave 9, 6 was expected") == 1
    assert text.count("the same as above") == 1


def test_the_first_lines_of_what_was_printed_are_shown(row, outcomes, exercise, parsed):
    checks = outcomes(FAILED, PASSED, PASSED, PASSED)
    loud = [replaced(checks[0], "step"), *checks[1:]]
    text = parsed(student_page(row("x", loud), exercise)).text
    assert "step\nstep\nstep\nstep\nstep ... and 45 more lines" in text


def test_statements_that_failed_while_loading_are_listed(row, outcomes, exercise, parsed):
    problems = tuple(f"line {n}: y = x[{n}]: NameError" for n in range(12))
    text = parsed(student_page(row("x", outcomes(*[PASSED] * 4), problems=problems), exercise)).text
    assert "These statements failed." in text
    assert "line 9: y = x[9]: NameError" in text
    assert "... and 2 more" in text
    assert "line 10" not in text


@pytest.mark.parametrize(
    ("who", "said"),
    [
        (
            "dora",
            ["stopped because it took too long", "after 20 s: double", "earned before that stay"],
        ),
        ("emil", ["needed too much memory", "more than 2 GiB", "earned before that stay"]),
        ("fay", ["ended before the checks were done", "signal 11"]),
        (
            "gus",
            ["could not be graded", "is a Word file", "03_doubling.ipynb", "cnn-course submit 03_doubling"],
        ),
        ("hal", ["is not graded yet", "nothing that you have to do"]),
    ],
)
def test_an_end_before_its_time_is_explained(rows, exercise, parsed, who, said):
    (row,) = [row for row in rows if row.submission == who]
    text = parsed(student_page(row, exercise)).text
    assert [words for words in said if words not in text] == []


def test_what_the_grader_failed_on_has_no_points_on_its_page(rows, exercise, parsed):
    assert "points" not in parsed(student_page(rows[-1], exercise)).text
    assert "0 of 6 points" in parsed(student_page(rows[-2], exercise)).text


def test_the_class_is_counted(rows, exercise, parsed):
    text = parsed(class_page(rows, exercise)).text
    assert "8 submissions." in text
    assert "Mean 1.43, median 0 of 6 points." in text  # 6 + 3 + 0 + 1 and three times 0, of 7 graded
    for verdict in ("full", "timeout", "grader_error"):
        assert re.search(rf"{verdict}\n?1", text)
    assert "double: three is doubled2 of 41" in text  # passed by anna and dora, not attempted by chris
    assert "(hidden)" in text
    assert "(observed)" in text


def test_the_bars_of_the_points_are_also_words(rows, exercise):
    assert (
        "<title>Submissions by points. 0 to 0.5: 4; 1 to 1.5: 1; 3 to 3.5: 1; 5.5 to 6: 1.</title>"
        in class_page(rows, exercise)
    )


def test_those_who_need_a_look_come_with_their_reasons_and_pages(rows, exercise, parsed):
    seen = parsed(class_page(rows, exercise))
    look = seen.text[seen.text.index("To look at") : seen.text.index("Tasks")]
    names = [name for name in ("hal", "dora", "emil", "fay", "gus", "anna", "ben") if name in look]
    assert names == ["hal", "dora", "emil", "fay", "gus"]
    assert sorted(names, key=look.index) == names
    assert "exercise.docx is a Word file" in look


def test_weak_isolation_is_told_at_the_head(rows, exercise, parsed):
    head = parsed(class_page(rows, exercise)).text.split("Verdicts")[0]
    assert "1 submission graded without a sandbox" in head
    assert "1 submission graded with Landlock" in head
    assert "sandbox" not in parsed(class_page(rows[:3], exercise)).text


def test_known_mistakes_are_counted_by_submission(rows, exercise, row, outcomes, parsed):
    square = KnownMistake("double", "squares it", "that is the square")
    other = KnownMistake("halve", "squares it", "that is the square")
    wrong = [
        row(f"w{n}", outcomes(FAILED, FAILED, PASSED, PASSED, message="9: that is the square"))
        for n in (1, 2)
    ]
    text = parsed(class_page([*rows, *wrong], exercise, mistakes=[other, square])).text
    assert "double: squares it... that is the square ...2 of 10 (20%)" in text
    assert "Of the 2 mistakes known, 1 were made by nobody." in text


def test_points_that_rest_on_observation_are_counted(rows, exercise, parsed):
    text = parsed(class_page(rows, exercise)).text
    assert "2 of the 10 points that the class earned rest on them: at most 1 in one submission." in text
    assert "observation" not in parsed(class_page(rows[4:], exercise)).text


def test_identical_files_are_noted(rows, row, outcomes, exercise, parsed):
    twin = row("zoe", outcomes(*[PASSED] * 4), sha256=rows[0].sha256)
    text = parsed(class_page([*rows, twin], exercise)).text
    assert "anna, zoe" in text
    assert "Identical" not in parsed(class_page(rows, exercise)).text
    rejected = [row(name, verdict="rejected", sha256="") for name in "ab"]
    assert "Identical" not in parsed(class_page(rejected, exercise)).text


def test_a_class_of_nobody_has_a_page(exercise, parsed):
    assert "0 submissions." in parsed(class_page([], exercise)).text


def test_an_element_escapes_all_that_is_not_markup():
    made = element(
        "p", "a<b", element("em", "&"), ["x", element("wbr")], title='"><script>', class_="c", id=None
    )
    assert made == '<p title="&quot;&gt;&lt;script&gt;" class="c">a&lt;b<em>&amp;</em>x<wbr></p>'
    assert breakable("a_b") == '<code class="name">a_<wbr>b</code>'
    assert breakable("") == '<code class="name"></code>'
    assert page("<t>", "x").startswith('<!doctype html>\n<html lang="en">')
    assert "<title>&lt;t&gt;</title>" in page("<t>")
