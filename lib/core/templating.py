"""HTML from Jinja templates: every value is escaped, and a template that lacks one raises an error."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from lib.core.files import atomic_write


def load(path: Path) -> Template:
    """Load a template; a template that it extends is in the same folder.

    Args:
        path: the template's file.

    Raises:
        jinja2.TemplateError: the file is missing, or is not a template.
    """
    environment = Environment(
        loader=FileSystemLoader(path.parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(path.name)


def write_page(path: Path, template: Path, **values: object) -> None:
    """Write a page, whole or not at all.

    Args:
        path: the page.
        template: the template's file.
        values: what the template uses, by name.

    Raises:
        jinja2.TemplateError: the template uses a value that is not given.
        OSError: the page cannot be written.
    """
    page = load(template).render(values)
    with atomic_write(path) as part:
        part.write_text(page, encoding="utf-8")
