"""The differences between two answers to one request, as short lines of text."""

import json

# Response headers that matter, and how they are made comparable.
HEADERS = {
    "content-type": lambda value: value.lower().replace("; ", ";"),
    "location": str,
    "allow": lambda value: ", ".join(sorted(word.strip() for word in value.split(","))),
    "accept-patch": str,
    "content-range": str,
    "content-md5": str,
    "openstack-image-import-methods": str,
    "openstack-image-store-ids": str,
    "x-openstack-request-id": str,
}
WORDING = {"description", "message", "title"}  # whose text is the server's own affair, where `wording` says so


def differences(step, reference, glint):
    """Lines like "status 500 → 400", "header allow: …", "body images[0].name: …"; empty: no difference."""
    if (step.keep or step.must) and reference.status >= 300:
        return [f"the script is wrong: {reference.status} where it must be granted"]
    if reference.status != glint.status:
        return [f"status {reference.status} → {glint.status}"]
    found = [line for name in HEADERS for line in _header(name, reference, glint)]
    return found + list(_body(step, reference, glint))


def _header(name, reference, glint):
    if name == "content-type" and not reference.body and not glint.body:
        return
    values = [answer.headers.get(name) for answer in (reference, glint)]
    values = [HEADERS[name](value) if value is not None else "(none)" for value in values]
    if values[0] != values[1]:
        yield f"header {name}: {values[0]} → {values[1]}"


def _document(answer):
    """The JSON of the answer, None: it says it has none, or it is none."""
    if not answer.headers.get("content-type", "").startswith("application/json"):
        return None
    try:
        return json.loads(answer.body)
    except ValueError:
        return None


def _body(step, reference, glint):
    documents = [_document(answer) for answer in (reference, glint)]
    if None not in documents:
        wording = WORDING if reference.status >= 400 or "/v2/schemas/" in step.path or "/v2/info/" in step.path else set()
        yield from _values("body", *documents, wording)
    elif reference.status >= 400:
        if bool(reference.body) != bool(glint.body):
            yield f"body: {len(reference.body)} bytes → {len(glint.body)} bytes"
    elif reference.body != glint.body:
        yield f"body: {_shown(reference.body)} → {_shown(glint.body)}"


def _values(at, one, other, wording):
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            name = f"{at}.{key if len(key) <= 60 else key[:50] + '…'}"
            if key not in one or key not in other:
                missing = "(none)"
                yield f"{name}: {_shown(one[key]) if key in one else missing} → {_shown(other[key]) if key in other else missing}"
            elif not (key in wording and isinstance(one[key], str) and isinstance(other[key], str)):
                yield from _values(name, one[key], other[key], wording)
    elif isinstance(one, list) and isinstance(other, list):
        if at.endswith((".tags", ".required")) and all(isinstance(item, str) for item in one + other):
            one, other = sorted(one), sorted(other)
        ids = [_by_id(items) for items in (one, other)]
        if len(one) != len(other) and None not in ids:
            yield from _values(at, *ids, wording)
            return
        if len(one) != len(other):
            yield f"{at}: {len(one)} items → {len(other)} items"
            return
        for index, (left, right) in enumerate(zip(one, other)):
            yield from _values(f"{at}[{index}]", left, right, wording)
    elif type(one) is not type(other) or one != other:
        yield f"{at}: {_shown(one)} → {_shown(other)}"


def _by_id(items):
    """{id: item} when every item has one; None: they have not."""
    if not all(isinstance(item, dict) and isinstance(item.get("id"), str) for item in items):
        return None
    return {item["id"]: item for item in items}


def _shown(value):
    text = repr(value)[2:-1] if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 100 else text[:90] + "…"
