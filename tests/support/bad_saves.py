"""Requests that nobody's page sends: a good one, spoilt at random in a place that has to be refused."""

import copy
import json
import uuid

NASTY = ("<script>alert(1)</script>", "' OR 1=1 --", "\x00", "../../etc/passwd", "\ud800", "𝕏" * 300, "", "%00", "{{7*7}}")
PATHS = (
    *(
        "/api/../study.json",
        "/static/../study.py",
        "/static/%2e%2e%2fstudy.py",
        "/static/..%5c..%5ckeys.csv",
        "//etc/passwd",
    ),
    *("/keys.csv", "/study.sqlite", "/api/photographs/../keys.csv", "/api/photographs/1.jpg", "/api/photographs/-1"),
    *("/api/photographs/99999999999999999999", "/static/", "/static/%00", "/api/tasks/x/saves", "/api/nothing", "/.env"),
)


def broken_json(random, body):
    text = json.dumps(body)
    return random.choice(
        [
            text[: random.randrange(len(text))].encode(),
            text.encode("utf-16"),
            b"\xff" + text.encode(),
            text.replace('"version"', '"version": 1, "version"').encode(),
            text.replace("1.5", "NaN").encode(),
            text.replace("1.5", "1e999").encode(),
            b"[" * random.randrange(1000, 30_000),
            bytes(random.randrange(256) for _ in range(random.randrange(1, 200))),
            b"",
        ]
    )


def wrong_value(random):
    return random.choice([None, True, -1, 2**70, 1.5, [], {}, [[]], {"a": {}}, *NASTY])


def wrong_shape(random, body):
    """One value that no save has in its place."""
    body = copy.deepcopy(body)
    places = [
        (body, "version", [None, True, -1, 2**70, 1.5, [], "1"]),
        (body, "kind", [None, True, 3, "delete", "STROKE", *NASTY]),
        (body, "save", [None, 7, "x", str(uuid.uuid4()).upper() + "\n", *NASTY]),
        (body, "operation", [None, 1, [], "x", {"big": "x" * 200_001}]),
        (body, "seconds", [None, "1", -1, 1e300]),
        (body, "viewport", [None, [1], [1, 2, 3], ["a", "b"], [-1, 1], 7]),
        (body, "zoom", [None, 0, -1, "x", 1e30]),
        (body, "state", [None, [], {"extent": 1}, {"masks": {"raises": "x"}}, "x"]),
        (body["state"], "rating", ["1", 7, 0.5, True, [1], -1e300]),
        (body["state"], "overall", [0, 6, 2.5, "4", [4], True]),
        (body["state"], "reason", [None, 1, "no reason is wanted", "x" * 501]),
        (body["state"]["extent"], "raises", [None, "some", 1, *(text for text in NASTY if text)]),
        (
            body["state"]["masks"],
            "raises",
            [[], [4800], [0, 4800], [1, 2], [-1, 4801], [10**30], ["1"], [1, 0, 4799], "x", {}],
        ),
    ]
    where, key, values = random.choice(places)
    if random.random() < 0.2 and where is body:
        del where[key]
    else:
        where[key] = random.choice(values)
    return json.dumps(body).encode()


def wrong_headers(random, headers):
    changed = dict(headers)
    key, values = random.choice(
        [
            ("origin", [None, "null", "http://evil.example", "http://127.0.0.1:8766", "https://127.0.0.1:8765", *NASTY[:2]]),
            ("host", ["evil.example", "127.0.0.1", "127.0.0.1:8765.evil.example", "127.0.0.1:8765@evil.example", ""]),
            ("x-csrf-token", [None, "", "x", headers["x-csrf-token"][:-1], headers["x-csrf-token"] * 100]),
            ("cookie", [None, "", "x=y", headers["cookie"][:-1], headers["cookie"].replace("=", "=x"), "=" * 2000]),
            (
                "content-type",
                [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp"],
            ),
            ("sec-fetch-site", ["cross-site", "same-site"]),
            ("content-encoding", ["gzip", "br"]),
        ]
    )
    value = random.choice(values)
    if value is None:
        changed.pop(key)
    else:
        changed[key] = value.encode("utf-8", "replace")
    return changed


def bad_request(random, task, headers, good):
    """A method, an address, headers and a body that have to be refused, whoever sends them."""
    address = f"/api/tasks/{task}/saves"
    kind = random.randrange(7)
    if kind == 0:
        return "POST", address, headers, broken_json(random, good)
    if kind in (1, 2):
        return "POST", address, headers, wrong_shape(random, good)
    if kind in (3, 4):
        return "POST", address, wrong_headers(random, headers), json.dumps(good).encode()
    if kind == 5:
        return random.choice(["GET", "POST"]), random.choice(PATHS), headers, json.dumps(good).encode()
    method = random.choice(["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "GET"])
    return method, address, headers, json.dumps(good).encode()
