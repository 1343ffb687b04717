"""Tries a live chat as its users would: who may not in, and a chat between a visitor and an agent, with times.

The chat that it starts is closed again; it stays among the conversations, as a visitor of the name “Verification”.
"""

import argparse
import json
import re
import secrets
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import ExitStack
from itertools import count

from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import connect

from stack import Stack, ask_hidden

PATIENCE = 20


class Failed(Exception):
    pass


def expect(holds, what):
    if not holds:
        raise Failed(what)


class Http:
    def __init__(self, url):
        self.url = url.rstrip("/")

    def call(self, method, path, body=None, token=None):
        """The status and the JSON of an answer."""
        headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")

    def expect(self, status, *call):
        found, body = self.call(*call)
        expect(found == status, f"{call[0]} {call[1]} answers {found} and not {status}: {body}")
        return body


class Socket:
    """A socket that is open until the program ends."""

    open = ExitStack()

    def __init__(self, url, origin=None):
        self.socket = self.open.enter_context(connect(url, origin=origin, open_timeout=PATIENCE))
        self.ids = count(1)
        self.unread = []

    def next(self, is_it, what):
        deadline = time.monotonic() + PATIENCE
        while True:
            for frame in self.unread:
                if is_it(frame):
                    self.unread.remove(frame)
                    return frame["data"]
            try:
                self.unread.append(json.loads(self.socket.recv(timeout=max(0, deadline - time.monotonic()))))
            except TimeoutError:
                raise Failed(f"{what} did not come in {PATIENCE} s") from None

    def pushed(self, event):
        return self.next(lambda frame: frame["event"] == event, event)

    def ask(self, event, **data):
        """The answer to a frame: its `ack` or its `error`."""
        id = str(next(self.ids))
        self.socket.send(json.dumps({"action": event.split(":")[0], "event": event, "id": id, "data": data}))
        return self.next(lambda frame: frame.get("id") == id, f"the answer to {event}")

    def refused(self, event, code, **data):
        answer = self.ask(event, **data)
        expect(answer.get("code") == code, f"{event} is not refused as {code}: {answer}")


def step(what, work):
    began = time.monotonic()
    try:
        result = work()
    except (Failed, OSError, WebSocketException, KeyError) as error:
        print(f"FAILED  {what}: {error}")
        sys.exit(1)
    print(f"ok  {(time.monotonic() - began) * 1000:7.0f} ms  {what}")
    return result


def strange_page(url):
    try:
        Socket(url, origin="https://stranger.example")
    except InvalidStatus as error:
        expect(error.response.status_code == 403, f"it is refused with {error.response.status_code}")
    else:
        raise Failed("it is let in")


def verify(http, url, email, password):
    step("the HTTP API answers", lambda: http.expect(200, "GET", "/health"))
    step("the database answers", lambda: http.expect(200, "GET", "/health?deep=1"))
    told = step("clients are told where the WebSocket is", lambda: http.expect(200, "GET", "/config.json")["webSocketUrl"])
    own = re.sub("^http", "ws", urllib.parse.urljoin(http.url, told))
    step("our own page opens it there", lambda: Socket(own, origin=http.url))
    step("nobody reads without a token", lambda: http.expect(401, "GET", "/api/conversations"))
    step("nobody gets in with a wrong password", lambda: http.expect(
        401, "POST", "/api/auth/login", {"email": f"{secrets.token_hex(8)}@example.com", "password": "wrong password"}))
    step("a stranger's page may not open the WebSocket", lambda: strange_page(url))
    login = step("the agent logs in", lambda: http.expect(
        200, "POST", "/api/auth/login", {"email": email, "password": password}))
    token = login["token"]
    agent = step("the agent's WebSocket opens", lambda: Socket(url))
    step("it is nobody before it says who it is", lambda: agent.refused(
        "message:send", "unauthorized", conversationId="0" * 24, content="Hello"))
    step("the agent is known by its token", lambda: agent.ask("agent:connect", token=token)["user"])
    visitor = step("the visitor's WebSocket opens", lambda: Socket(url))
    step("the visitor connects", lambda: visitor.ask(
        "visitor:connect", sessionId=secrets.token_hex(16), name="Verification")["token"])
    started = step("the visitor starts a chat", lambda: visitor.ask(
        "conversation:start", message="Is anybody there?", clientMessageId="v1"))
    id = started["conversation"]["_id"]
    step("the agent sees it", lambda: agent.pushed("conversation:new"))
    step("the agent takes it", lambda: http.expect(200, "PUT", f"/api/conversations/{id}/assign", {}, token))
    step("the agent answers", lambda: agent.ask(
        "message:send", conversationId=id, content="Yes", clientMessageId="a1")["message"])
    step("the visitor sees the answer", lambda: visitor.pushed("message:new"))
    step("the chat is closed", lambda: http.expect(200, "PUT", f"/api/conversations/{id}/close", {}, token))
    step("the agent logs out", lambda: http.expect(200, "POST", "/api/auth/logout", {}, token))
    step("its token is dead", lambda: http.expect(401, "GET", "/api/auth/profile", None, token))


def main():
    parser = argparse.ArgumentParser(prog="deploy/livechat verify", description=__doc__)
    parser.add_argument("--stack", default="livechat", help="the name of the deployed stack")
    parser.add_argument("--http", help="the address of another live chat's HTTP API")
    parser.add_argument("--websocket", help="the address of its WebSocket")
    parser.add_argument("--email", help="of an agent")
    asked = parser.parse_args()
    http, websocket = asked.http, asked.websocket
    if not (http and websocket):
        stack = Stack(asked.stack)
        http, websocket = stack.output("HttpUrl"), stack.output("WebSocketUrl")
    email = asked.email or input("Email of an agent: ").strip()
    with Socket.open:
        verify(Http(http), websocket, email, ask_hidden("Password (it is not shown)"))


if __name__ == "__main__":
    main()
