"""Requests made of anything: bodies, headers, URLs, and whole requests as bytes."""

from __future__ import annotations

import json
from urllib.parse import quote_from_bytes

import orjson
from hypothesis import strategies as st

QUERIES = st.one_of(
    st.sampled_from(
        [
            "{ __typename }",
            "query A($id: ID!, $n: Int) { node(id: $id) { id } projects(first: $n) { totalCount } }",
            "query B($f: ProjectFilter) { projects(filter: $f) { totalCount } }",
            "mutation C($i: TrackTimeInput!) { trackTime(input: $i) { userErrors { code } } }",
            "query A { __typename } query B { __typename }",
            "subscription { nothing }",
            "{ ...F } fragment F on Query { ...F }",
            '{ __type(name: "\\u0000") { name } }',
            '{ node(id: "\\uD800") { id } }',
            "query ($a: Int, $a: Int) { __typename @skip(if: $b) }",
            "{ projects(first: 99999999999999999999) { totalCount } }",
            "{ __typename @include(if: 1) @nothing }",
            "\ufeff{ __typename } #",
            "extend type Query { a: Int } { a }",
            "{ a" * 300,
        ]
    ),
    st.text(max_size=60),
    st.text("{}()[]:!$@.,\"'\\#& abcn019\n", max_size=60),
)
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just("\ud800"))
ANYTHING = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4))
VARIABLES = st.dictionaries(st.sampled_from(["id", "n", "f", "i", "a"]), ANYTHING, max_size=4)
NAMES = st.sampled_from(["A", "B", "C", "", "\x00"]) | ANYTHING
EXTENSIONS = st.fixed_dictionaries(
    {},
    optional={
        "persistedQuery": st.fixed_dictionaries({}, optional={"version": PLAIN | st.just(1), "sha256Hash": PLAIN | st.just("0" * 64)})
    },
)
ASKED = st.fixed_dictionaries(
    {"query": QUERIES | ANYTHING},
    optional={"variables": VARIABLES | ANYTHING, "operationName": NAMES, "extensions": EXTENSIONS | ANYTHING, "id": ANYTHING},
)
BODIES = st.one_of(
    st.binary(max_size=200),
    ANYTHING.map(lambda value: json.dumps(value).encode()),  # it writes what JSON has not: NaN, numbers of any size, half a character
    ASKED.map(lambda value: json.dumps(value).encode()),
    ASKED.map(lambda value: json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")),
    st.integers(1, 3000).map(lambda deep: b"[" * deep + b"]" * deep),
    st.integers(1, 3000).map(lambda deep: b'{"query": "{ __typename }", "variables": ' + b'{"a":' * deep + b"1" + b"}" * (deep + 1)),
)
"""Bodies of a POST."""

_VALUE = st.binary(max_size=60).map(lambda value: value.translate(None, b"\r\n\x00"))
MEDIA_TYPES = st.one_of(
    st.sampled_from([b"application/json", b"application/graphql-response+json", b"text/html", b"*/*", b"multipart/form-data; boundary=x"]),
    st.sampled_from([b"text/event-stream", b"multipart/mixed;deferSpec=20220824", b"application/x-www-form-urlencoded", b"text/plain"]),
    st.builds(lambda kind, rest: kind + b";q=" + rest, st.sampled_from([b"*/*", b"application/json", b"a/b", b""]), _VALUE),
    st.builds(lambda rest: b"application/json; charset=" + rest, st.sampled_from([b"utf-8", b"utf-16", b'"', b"\xff"]) | _VALUE),
    st.integers(1, 3000).map(lambda many: b"a/b;q=0.1," * many),
    _VALUE,
)
HEADERS = st.fixed_dictionaries(
    {b"Content-Type": st.just(b"application/json") | MEDIA_TYPES},
    optional={
        b"Accept": MEDIA_TYPES,
        b"Accept-Encoding": st.sampled_from([b"gzip", b"gzip;q=0", b"br, *;q=x"]) | _VALUE,
        b"Authorization": st.sampled_from([b"Bearer", b"Bearer ", b"Basic QQ==", b"Bearer \xff"]) | _VALUE.map(b"Bearer ".__add__) | _VALUE,
        b"Content-Encoding": st.sampled_from([b"gzip", b"identity"]) | _VALUE,
        b"Content-Language": _VALUE,
        b"Cookie": _VALUE,
        b"Forwarded": _VALUE,
        b"Host": st.sampled_from([b"127.0.0.1", b"localhost:99999", b"[::1", b"[", b"\xff", b"a" * 300]) | _VALUE,
        b"If-None-Match": _VALUE,
        b"Origin": st.sampled_from([b"null", b"http://[", b"https://example.com"]) | _VALUE,
        b"Range": st.sampled_from([b"bytes=0-", b"bytes=9-1", b"bytes=" + b"1-2," * 200]) | _VALUE,
        b"X-Request-Id": _VALUE,
        b"traceparent": st.just(b"00-" + b"f" * 32 + b"-" + b"0" * 16 + b"-zz") | _VALUE,
    },
).map(lambda made: {name: value.strip() for name, value in made.items()})
"""Headers that somebody reads, and what may stand in them."""

METHODS = st.sampled_from(["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "QUERY", "TRACE", "A"])
_SEGMENT = st.sampled_from(
    ["graphql", "graphiql", "assets", "healthz", "readyz", "metrics", "schema.graphql", "..", ".", "", "app.js", "index.html"]
)
PATHS = st.one_of(
    st.lists(_SEGMENT | st.binary(max_size=12).map(lambda given: quote_from_bytes(given, safe="")), max_size=4).map("/".join),
    st.binary(max_size=20).map(lambda name: "graphiql/assets/" + quote_from_bytes(name, safe="")),
    st.sampled_from(
        ["graphiql/assets/..%2F..%2Fapp.py", "graphiql/assets/%2Fetc%2Fpasswd", "graphiql/assets/app.js%00", "graphql/", "graphql;a=1"]
    ),
).map("/".__add__)
PARAMETERS = st.one_of(
    st.lists(
        st.tuples(
            st.sampled_from(["query", "variables", "operationName", "extensions"]),
            st.one_of(QUERIES.map(str.encode), VARIABLES.map(lambda value: json.dumps(value).encode()), st.binary(max_size=30)),
        ),
        max_size=4,
    ).map(lambda pairs: "&".join(f"{name}={quote_from_bytes(value)}" for name, value in pairs)),
    st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#"), max_size=60),
)


def posted(headers: dict[bytes, bytes], body: bytes) -> bytes:
    """Write a POST as it goes over the wire."""
    lines = [b"POST /graphql HTTP/1.1", *(name + b": " + value for name, value in ({b"Host": b"127.0.0.1"} | headers).items())]
    return b"\r\n".join([*lines, b"Content-Length: %d" % len(body), b"Connection: close", b"", body])


WELL_FORMED = st.dictionaries(st.sampled_from(["query"]), QUERIES, min_size=1).map(orjson.dumps)
WIRE = st.one_of(
    st.builds(posted, HEADERS, BODIES | WELL_FORMED),
    st.builds(
        lambda method, path, parameters: f"{method} {path}?{parameters} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode(),
        METHODS,
        PATHS,
        PARAMETERS,
    ),
    st.builds(lambda line, value: b"GET " + line + b" HTTP/1.1\r\nHost: " + value + b"\r\n\r\n", _VALUE, _VALUE),
    st.sampled_from(
        [
            b"GET / HTTP/9.9\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",  # somebody tries https
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
            b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
            b"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Large: " + b"a" * 200_000 + b"\r\n\r\n",
            b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
            b"GET /graphql HTTP/1.1\r\n" + b"A: b\r\n" * 20_000 + b"\r\n",
        ]
    ),
)
"""Whole requests; some are none."""
