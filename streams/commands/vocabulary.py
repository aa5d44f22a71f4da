"""What the lexicon calls issues, actors and places: to check what a person has written, and to guess what was meant."""

from difflib import get_close_matches


def vocabulary() -> tuple[set[str], set[str]]:
    """The lexicon's issues, and the ids of its actors and places."""
    return _issues(), set(_names().values())


def guesses(issues: tuple[str, ...], actors: tuple[str, ...]) -> list[str]:
    """A line for each issue and actor under whose name nothing is indexed, with what may have been meant."""
    names = _names() if actors else {}
    watched = _issues() if issues else set()
    lines = []
    for actor in actors:
        near = [actor] if actor in names else get_close_matches(actor, names, n=3, cutoff=0.75)
        meant = sorted({names[name] for name in near})
        if not meant:
            lines.append(f"the lexicon has no actor {actor!r}")
        elif actor not in meant:
            lines.append(f"for {actor!r} try --actor {' or --actor '.join(meant)}")
    for issue in issues:
        if issue not in watched:
            lines.append(f"there is no issue {issue!r}, only {', '.join(sorted(watched))}")
    return lines


def _issues() -> set[str]:
    from streams.reader import load_lexicon  # noqa: PLC0415 - takes two seconds

    return set(load_lexicon().issues.all)


def _names() -> dict[str, str]:
    """Every name of a state, organisation or group, and every id, with the id that it stands for."""
    from streams.lexicon import actor_data  # noqa: PLC0415 - takes a second

    data = actor_data()
    rows = [(row["id"], row) for row in data["countries"]]
    rows += [*data["organisations"].items(), *data["groups"].items()]
    return {name: key for key, row in rows for name in (key, row["name"], *row.get("names", ()))}
