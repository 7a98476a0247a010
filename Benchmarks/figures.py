"""What a row gives: figures, each measured by server and round, with the goal that docs name for larder."""

import dataclasses
import statistics


@dataclasses.dataclass
class Goal:
    """larder is at most (or least) `factor` times the peer's figure, or `limit` where there is no peer."""

    text: str
    peer: str = ""
    factor: float = 1
    limit: float = 0
    least: bool = False

    def is_met(self, medians):
        """None where it cannot be told."""
        larder, bound = medians.get("larder"), self.limit
        if self.peer:
            bound = medians.get(self.peer)
            bound = bound * self.factor if bound is not None else None
        if larder is None or bound is None:
            return None
        return larder >= bound if self.least else larder <= bound


@dataclasses.dataclass
class Figure:
    """One line of the table. `values` has a list by server, a value a round."""

    work: str
    unit: str
    values: dict = dataclasses.field(default_factory=dict)
    goal: Goal | None = None
    # A line of the main table; others stand below it.
    is_main: bool = True

    def add(self, server, value):
        self.values.setdefault(server, []).append(value)

    def medians(self):
        return {server: statistics.median(values) for server, values in self.values.items() if values}

    def spread(self, server):
        """Half of the distance between the smallest and the largest round, as a share of the median."""
        values = self.values[server]
        middle = statistics.median(values)
        return (max(values) - min(values)) / 2 / middle if middle else 0.0


@dataclasses.dataclass
class Row:
    """What one row of the run gave, or why it was left out."""

    name: str
    figures: list = dataclasses.field(default_factory=list)
    curves: list = dataclasses.field(default_factory=list)
    notes: list = dataclasses.field(default_factory=list)
    skipped: str = ""
    date: str = ""
    larder: str = ""


@dataclasses.dataclass
class Curve:
    """A plot: points by server."""

    file: str
    title: str
    x: str
    y: str
    is_logarithmic: bool = True
    points: dict = dataclasses.field(default_factory=dict)

    def add(self, server, x, y):
        self.points.setdefault(server, []).append([x, y])
