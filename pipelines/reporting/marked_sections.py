"""Parts of a Markdown page that commands write anew, between comments that name them.

Belongs here: finding and replacing such a part, whatever stands around it. Not here: what it says.
"""


def replace_section(page: str, name: str, content: str) -> str:
    """The page with this content between its comments `<!-- name -->` and `<!-- /name -->`.

    A page that has no such part gets it at its end. Raises ValueError where it has it more than once, or cut off.
    """
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    section = f"{start}\n{content.strip()}\n{end}"
    if start not in page and end not in page:
        return f"{page.rstrip()}\n\n{section}\n".lstrip()
    if page.count(start) != 1 or page.count(end) != 1 or page.index(end) < page.index(start):
        raise ValueError(f"section {name!r}: expected {start} and then {end} once each; mend the page by hand")
    return page[: page.index(start)] + section + page[page.index(end) + len(end) :]
