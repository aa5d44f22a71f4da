"""What the network would see in each window, which is what a skim is to foretell: labels quote one place of those that tell a
stance, and nothing where the network will err."""

from collections.abc import Callable, Iterator
from pathlib import Path

from streams.core.article import Surroundings
from streams.core.draft import Draft
from streams.core.pieces import pieces
from streams.core.prepare import Lexicon
from streams.core.windows import Window, windows
from streams.network import load_network, load_split

Hope = Callable[[Draft], Iterator[tuple[Window, float]]]
"""From an article to its windows, each with the chance of the surest stance that is seen in it."""


def hopes(lexicon: Lexicon, folder: Path) -> Hope:
    """Look with the network that was written to a folder: with its encoder, which is truer than the narrow copy that reads."""
    network, split = load_network(lexicon, folder), load_split(folder / "words.json")
    home, taught = lexicon.catalogue.home, network.taught

    def hope(draft: Draft) -> Iterator[tuple[Window, float]]:
        around = Surroundings(draft, home)
        for window in windows(draft, taught):
            cut = pieces(draft, window, split, taught, home)
            held = network.look(cut, network.encode(cut, is_long=False), around).held
            yield window, max((max(each.stances) for each in held), default=0.0)

    return hope
