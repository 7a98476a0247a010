"""Plots as SVG, without dependencies: lines over one axis, and bars by work and server."""

import math
from xml.sax.saxutils import escape

COLOURS = {"larder": "#c2410c", "nginx": "#15803d", "nginx-nopush": "#65a30d", "varnish": "#1d4ed8", "trafficserver": "#7e22ce",
           "squid": "#57534e", "floor": "#a8a29e"}
WIDTH, LEFT, RIGHT, TOP, BOTTOM = 760, 70, 130, 50, 55
INK, GRID = "#1c1917", "#e7e5e4"


def text(x, y, content, size=12, anchor="middle", colour=INK, weight="normal", turn=""):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}" font-weight="{weight}"'
            f'{turn}>{escape(content)}</text>')


def line(x1, y1, x2, y2, colour=GRID, width=1):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"/>'


def document(height, title, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
            f'font-family="system-ui, sans-serif" role="img">\n<title>{escape(title)}</title>\n'
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n{text(WIDTH / 2, 26, title, 15, weight="bold")}\n'
            + "\n".join(parts) + "\n</svg>\n")


def round_steps(most, wanted=5):
    """Evenly spaced round numbers from 0 to at least `most`."""
    rough = most / wanted
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    return [step * i for i in range(math.ceil(most / step) + 1)]


def short(number, is_power):
    """10000 as 10⁴ on a logarithmic axis, 250000 as 250k."""
    if is_power and number >= 1000 and math.log10(number).is_integer():
        return "10" + "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(digit)] for digit in str(round(math.log10(number))))
    return f"{number / 1000:g}k" if number >= 1000 else f"{number:g}"


def lines(curve):
    """`curve` is a figures.Curve with at least one point."""
    height, right, bottom = 420, WIDTH - RIGHT, 420 - BOTTOM
    xs = [x for points in curve.points.values() for x, _ in points]
    steps = round_steps(max(y for points in curve.points.values() for _, y in points))
    scale = math.log10 if curve.is_logarithmic else float
    low, high = scale(min(xs)) if curve.is_logarithmic else 0.0, scale(max(xs))
    span = (high - low) or 1

    def place(x, y):
        return LEFT + (scale(x) - low) / span * (right - LEFT), bottom - y / steps[-1] * (bottom - TOP)

    parts = []
    for step in steps:
        y = place(xs[0], step)[1]
        parts += [line(LEFT, y, right, y), text(LEFT - 8, y + 4, f"{step:g}", anchor="end")]
    for x in sorted(set(xs)) if curve.is_logarithmic else round_steps(max(xs), 6):
        if scale(x or 1) <= high:
            at = place(x, 0)[0]
            parts += [line(at, bottom, at, bottom + 5, INK), text(at, bottom + 20, short(x, curve.is_logarithmic))]
    parts += [text((LEFT + right) / 2, height - 12, curve.x),
              text(18, (TOP + bottom) / 2, curve.y, turn=f' transform="rotate(-90 18 {(TOP + bottom) / 2})"')]
    labels = []
    for server, points in curve.points.items():
        colour, places = COLOURS[server], [place(x, y) for x, y in sorted(points)]
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="'
                     + " ".join(f"{x:.1f},{y:.1f}" for x, y in places) + '"/>')
        if len(places) <= 10:
            parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in places]
        labels.append([places[-1][1], places[-1][0], server])
    # Names stand at the ends of their lines, apart from each other.
    labels.sort()
    for index, label in enumerate(labels):
        if index and label[0] - labels[index - 1][0] < 15:
            label[0] = labels[index - 1][0] + 15
        parts.append(text(label[1] + 8, label[0] + 4, label[2], anchor="start", colour=COLOURS[label[2]], weight="bold"))
    return document(height, curve.title, parts)


def bars(title, works):
    """`works` is a list of a name and the figure by server; each is drawn relative to its largest."""
    left, right, thick = 260, WIDTH - 70, 13
    parts, y = [], TOP
    for name, values in works:
        middle = y + thick * len(values) / 2
        parts.append(text(left - 10, middle + 4, name, anchor="end"))
        for server, value in values.items():
            width = value / max(values.values()) * (right - left - 100)
            parts += [f'<rect x="{left}" y="{y + 1}" width="{width:.1f}" height="{thick - 2}" fill="{COLOURS[server]}"/>',
                      text(left + width + 6, y + thick - 3, f"{value:,.{1 if value < 100 else 0}f}  {server}", 10, "start")]
            y += thick
        y += 12
    return document(y + 10, title, parts)
