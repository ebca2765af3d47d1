"""The connector `http` over a real socket: what goes out, and what is refused before."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from krtracker import registry
from krtracker.connector import (
    Answer,
    UnexpectedAnswerError,
)
from tests.connectors.faulty import FaultyServer, Given, Heard
from tests.connectors.http_asking import PICKS, fetched, given, heard

# What goes out


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("{start}", "2026-03-28"),
        ("{last}", "2026-03-30"),
        ("{end}", "2026-03-31"),
        ("{start:%Y%m%d}", "20260328"),
        ("{start_utc}", "2026-03-27T23:00:00Z"),
        ("{end_utc}", "2026-03-30T22:00:00Z"),
        ("{end_local}", "2026-03-31T00:00:00+02:00"),
        ("{last_local}", "2026-03-30T23:59:59+02:00"),
        ("{start_epoch}", "1774652400"),
        ("{end_ms}", "1774908000000"),
        ("{last_ms}", "1774907999999"),
        ("{zone}", "Europe/Berlin"),
        ("{start}..{last}", "2026-03-28..2026-03-30"),
    ],
)
def test_a_placeholder_is_the_windows_edge(written: str, sent: str) -> None:
    assert heard({"params": {"at": written}}).params == {"at": sent}


def test_a_placeholder_in_the_path_is_part_of_one_segment() -> None:
    assert heard({"path": "z/{zone}/{start}"}).target == "/z/Europe%2FBerlin/2026-03-28"


def test_a_body_holds_numbers_as_numbers_and_is_never_pasted_together() -> None:
    body = {"query": "{ users { id } }", "range": {"from": "{start_ms}", "to": ['"{last}"']}}
    one = heard({"method": "POST", "body": body})
    assert one.method == "POST"
    assert json.loads(one.body) == {
        "query": "{ users { id } }",
        "range": {"from": 1774652400000, "to": ['"2026-03-30"']},
    }


def test_a_form_is_sent_as_one() -> None:
    one = heard({"method": "POST", "form": {"from": "{start}", "n": 5}})
    assert one.form == {"from": "2026-03-28", "n": "5"}
    assert one.headers["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("auth", "name", "value"),
    [
        ({"token": "abcd"}, "authorization", "Bearer abcd"),
        ({"token": "abcd", "header": "X-Api-Key"}, "x-api-key", "abcd"),
        ({"user": "ann", "password": "pass"}, "authorization", "Basic YW5uOnBhc3M="),
    ],
)
def test_a_credential_goes_where_it_belongs(auth: dict[str, str], name: str, value: str) -> None:
    assert heard({}, auth=auth).headers[name] == value


def test_a_token_may_be_a_parameter() -> None:
    assert heard({}, auth={"token": "abcd", "param": "key"}).params == {"key": "abcd"}


def test_headers_and_parameters_of_the_source_go_with_every_request() -> None:
    one = heard({"params": {"b": 1}}, headers={"X-Team": "7"}, params={"account": "12"})
    assert one.headers["x-team"] == "7"
    assert one.params == {"account": "12", "b": "1"}


def oauth(one: Heard) -> Given:
    """An API whose second token is good, and which gives one at /token."""
    if one.path == "/token":
        assert one.form["grant_type"] == "client_credentials"
        good = one.form["client_secret"] == "s3cret-of-client"
        return given({"access_token": "tok-2222"} if good else {"error": "bad"})
    if one.headers.get("authorization") != "Bearer tok-2222":
        return Given(b"{}", status=401)
    return given({"days": [{"day": "2026-03-28", "n": 1}]})


def client(url: str, secret: str = "s3cret-of-client") -> dict[str, Any]:
    told = {"token_url": f"{url}/token", "client_id": "me", "client_secret": secret}
    return {"oauth2": {**told, "scope": "read"}}


def test_oauth2_fetches_a_token_once_and_bears_it() -> None:
    with FaultyServer(oauth) as server:
        result = fetched(
            server, {"days_per_request": 1, "params": {"d": "{start}"}}, auth=client(server.url)
        )
        assert isinstance(result, Answer)
        assert [one.path for one in server.heard] == ["/token", "/", "/", "/"]
        assert server.heard[0].form["scope"] == "read"


def test_oauth2_without_a_token_names_the_address_and_no_secret() -> None:
    with FaultyServer(oauth) as server:
        result = fetched(server, {}, auth=client(server.url, "wr0ng-secret"))
        assert [one.path for one in server.heard] == ["/token"]
    assert type(result) is UnexpectedAnswerError
    assert "access_token" in str(result)


def test_a_token_that_ran_out_is_fetched_anew() -> None:
    issued: list[str] = []

    def api(one: Heard) -> Given:
        if one.path == "/token":
            issued.append(f"tok-{len(issued)}")
            return given({"access_token": issued[-1]})
        good = one.headers["authorization"] == "Bearer tok-1"
        return given({"days": []}) if good else Given(b"{}", status=401)

    with FaultyServer(api) as server:
        assert isinstance(fetched(server, {}, auth=client(server.url)), Answer)
    assert issued == ["tok-0", "tok-1"]


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert heard({}).target == "/"


def test_a_proxy_of_the_environment_is_asked_for_other_hosts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with FaultyServer(lambda _: given({"days": []})) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        fetched(proxy, {}, url="http://api.example/x")
        assert [one.target for one in proxy.heard] == ["http://api.example/x"]


def test_the_netrc_file_is_not_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert "authorization" not in heard({}).headers


def test_an_allowed_host_is_entered_without_the_credential() -> None:
    """As a shared sheet does, which sends on to another host."""
    with FaultyServer(lambda _: given({"days": [{"day": "2026-03-28", "n": 3}]})) as other:
        with FaultyServer(
            lambda _: Given(b"", status=307, headers={"Location": f"{other.url}/x?k=1"})
        ) as server:
            result = fetched(
                server,
                {},
                auth={"token": "abcd"},
                headers={"X-Key": "efgh"},
                redirects_to=["127.0.0.*"],
            )
        (one,) = other.heard
    assert isinstance(result, Answer)
    assert one.target == "/x?k=1"
    assert not {"authorization", "x-key"} & set(one.headers)


def test_a_redirect_on_the_same_host_keeps_the_credential() -> None:
    def api(one: Heard) -> Given:
        moved = Given(b"", status=301, headers={"Location": "/v3/"})
        return given({"days": []}) if one.path == "/v3/" else moved

    with FaultyServer(api) as server:
        assert isinstance(fetched(server, {}, auth={"token": "abcd"}), Answer)
        assert server.heard[1].headers["authorization"] == "Bearer abcd"


# What is refused before anything is asked


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"value": None}, "write `value`"),
        ({"day": None}, "write `day`"),
        ({"params": {"a": "{strat}"}}, "no placeholder"),
        ({"path": "https://other.example/x"}, "behind `url`"),
        ({"path": "../admin"}, "behind `url`"),
        ({"body": {"a": 1}}, 'method = "POST"'),
        ({"days_per_request": 1}, "needs {start}"),
        ({"rows": "a["}, "no JMESPath"),
        ({"format": "csv"}, "name the columns"),
        ({"pages": {"by": "cursor", "param": "c"}}, "needs `next`"),
        ({"pages": {"by": "page", "param": "p", "into": "body"}}, "need a `body`"),
    ],
)
def test_a_request_that_cannot_work_is_refused(request_: dict[str, Any], words: str) -> None:
    kind = registry.load("http")
    with pytest.raises(ValidationError) as caught:
        kind.QueryOptions.model_validate({"request": {**PICKS, **request_}})
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "source",
    [
        {"url": "api.example.com"},
        {"url": "https://ann:pass@api.example.com"},
        {"url": "file:///etc/passwd"},
        {"auth": {}},
        {"auth": {"token": "a", "user": "b", "password": "c"}},
        {"auth": {"user": "b"}},
        {"auth": {"header": "X", "user": "b", "password": "c"}},
        {"max_requests": "often"},
        {"verify": False},
    ],
)
def test_a_source_that_cannot_work_is_refused(source: dict[str, Any]) -> None:
    kind = registry.load("http")
    with pytest.raises(ValidationError):
        kind.SourceOptions.model_validate({"url": "https://api.example.com", **source})
