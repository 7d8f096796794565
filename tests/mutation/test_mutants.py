"""The mutants can be made: what each changes stands in its file, once."""

from pathlib import Path

import pytest

from tests.mutation.mutants import MUTANTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_what_a_mutant_changes_is_there_once(mutant: Mutant, project_root: Path) -> None:
    """A mutant whose line is gone, or stands there twice, would prove nothing."""
    text = (project_root / mutant.path).read_text(encoding="utf-8")
    assert text.count(mutant.old) == 1
