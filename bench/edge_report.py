"""The edge's table: one row per measurement, what it is compared with, and whether the goal is met."""

from report import megabytes, microseconds, number, seconds, table

GLINT = "glint-edge"
RSS_GOAL = (64 << 20) + 64 * (64 << 10)  # 64 MiB and 64 KiB for each of 64 connections


class Row:
    """`goal(results, own)` answers (text, met); met is None where nothing is to be compared."""

    def __init__(self, title, key, show, goal=None):
        self.title, self.key, self.show, self.goal = title, key, show, goal


def at_least(factor, other):
    def goal(results, key, own):
        theirs = results.median(key, other)
        if theirs is None:
            return f"≥ {factor} × {other}", None
        return f"{own / theirs:.2f} × {other} (≥ {factor})", own >= factor * theirs

    return goal


def at_most(factor, other, plus=0.0):
    def goal(results, key, own):
        theirs = results.median(key, other)
        if theirs is None:
            return f"≤ {factor} × {other}", None
        if plus:
            return f"{other} {own * 1e3 - theirs * 1e3:+.2f} ms (≤ +{plus * 1e3:g} ms)", own <= theirs + plus
        return f"{own / theirs:.2f} × {other} (≤ {factor})", own <= factor * theirs

    return goal


def below(limit, show):
    return lambda results, key, own: (f"≤ {show(limit)}", own <= limit)


def both(*goals):
    def goal(results, key, own):
        answers = [one(results, key, own) for one in goals]
        known = [met for _, met in answers if met is not None]
        return ", ".join(text for text, _ in answers), all(known) if known else None

    return goal


def floor(factor):
    """Against one client fetching directly: the least that a storm can take."""

    def goal(results, key, own):
        least = results.median(key.replace(" last", " total"), "direct")
        if least is None:
            return f"≤ {factor} × direct", None
        return f"{own / least:.2f} × one direct client (≤ {factor})", own <= factor * least

    return goal


def rows():
    made = []
    for clients in (1, 8, 64):
        made.append(Row(f"hit, {clients} clients, GB/s", f"hit {clients} GB/s", number(2), at_least(1.0, "nginx")))
        made.append(Row(f"hit, {clients} clients, CPU-s/GB", f"hit {clients} CPU", number(3), at_most(1.0, "nginx")))
    made += [
        Row("64 KiB hits, requests/s", "small requests/s", number(0), at_least(1.1, "nginx")),
        Row("64 KiB hits, p50", "small p50", seconds),
        Row("64 KiB hits, p99", "small p99", seconds, at_most(1.0, "nginx")),
        Row("64 KiB hits, CPU each", "small CPU", microseconds),
        Row("miss, unlimited: first byte", "miss unlimited first byte", seconds, at_most(1.0, "direct", plus=0.002)),
        Row("miss, unlimited: total", "miss unlimited total", seconds, at_most(2.0, "nginx")),
        Row("miss, 1 Gbit/s + 10 ms: first byte", "miss 1 Gbit/s first byte", seconds),
        Row("miss, 1 Gbit/s + 10 ms: total", "miss 1 Gbit/s total", seconds, at_most(1.02, "direct")),
        Row("storm of 64, unlimited: origin bytes ÷ size", "storm unlimited origin", number(4), below(1.01, number(2))),
        Row("storm of 64, unlimited: last client", "storm unlimited last", seconds, at_most(1.0, "nginx")),
        Row("storm of 64, 1 Gbit/s: origin bytes ÷ size", "storm 1 Gbit/s origin", number(4), below(1.01, number(2))),
        Row("storm of 64, 1 Gbit/s: last client", "storm 1 Gbit/s last", seconds, both(at_most(1.0, "varnish"), floor(1.1))),
        Row("late joiner: first byte", "late first byte", seconds, below(0.010, seconds)),
        Row("peak RSS", "peak RSS", megabytes, below(RSS_GOAL, megabytes)),
        Row("sparse image: peak RSS", "sparse RSS", megabytes, below(RSS_GOAL, megabytes)),
        Row("sparse image: disk used", "sparse disk", megabytes),
    ]
    return made


def report(results, plan, names, condition):
    columns = names + ["direct"]
    lines = [["", *columns, "goal", ""]]
    for row in rows():
        values = [results.median(row.key, name) for name in columns]
        if all(value is None for value in values):
            continue
        own = results.median(row.key, GLINT)
        text, met = row.goal(results, row.key, own) if row.goal and own is not None else ("", None)
        verdict = {True: "met", False: "**missed**", None: ""}[met]
        lines.append([row.title, *("–" if v is None else row.show(v) for v in values), text, verdict])
    sizes = (
        f"Hit image {megabytes(plan.hit_size)}, cold {megabytes(plan.cold_size)} (unlimited) and "
        f"{megabytes(plan.linked_size)} (1 Gbit/s), sparse {megabytes(plan.sparse_size)}; medians of {plan.rounds} round(s)."
    )
    failures = "".join(f"\n- FAILED: {failure}" for failure in results.failures)
    return f"## Edge\n\n{condition}. {sizes}\n\n{table(lines)}\n{failures}"
