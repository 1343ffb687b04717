"""`deploy/livechat` in a terminal and against a live chat on this machine, up to where it needs AWS."""

import io
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from contextlib import redirect_stdout
from unittest.mock import patch

import first_admin
import up
import verify
from listening import await_port, free_port
from plain import ROOT

SECRET = "a secret of more than 32 characters"
URI = "mongodb+srv://user:hunter2@cluster.example/livechat?retryWrites=true&w=majority"
ADA = {"email": "ada@example.com", "password": "correct horse"}


class Deployed:
    """What a deployed stack shows of itself."""

    def __init__(self, url="", exists=True, parameters=(), **environment):
        self.exists, self.parameters, self.variables = exists, dict(parameters), environment
        self.url = url

    def output(self, _):
        return self.url

    def environment(self):
        return self.variables


def deployed(stack, *arguments, answers=()):
    """The parameters with which SAM is called."""
    with patch("up.Stack", lambda _: stack), patch("up.cli") as sam, patch("stack.getpass", side_effect=answers), \
            patch.object(sys, "argv", ["up", "--no-build", *arguments]):
        here = os.getcwd()
        try:
            up.main()
        finally:
            os.chdir(here)
    (called,) = sam.call_args.args
    return dict(each.split("=", 1) for each in called[called.index("--parameter-overrides") + 1:])


class Up(unittest.TestCase):
    def test_the_first_time_asks_for_the_connection_string_alone(self):
        given = deployed(Deployed(exists=False), answers=[URI])
        self.assertEqual(given, {"MongoDbUri": URI, "Architecture": "arm64"})

    def test_later_what_is_not_named_stays(self):
        self.assertEqual(deployed(Deployed()), {"Architecture": "arm64"})
        stack = Deployed(parameters={"Architecture": "x86_64"})
        self.assertEqual(deployed(stack, "Limits=off"), {"Limits": "off", "Architecture": "x86_64"})

    def test_a_rotation_keeps_the_secret_before(self):
        given = deployed(Deployed(JWT_SECRET=SECRET), "--rotate", "jwt")
        self.assertEqual(given["JwtSecretPrevious"], SECRET)
        self.assertRegex(given["JwtSecret"], r"^\S{64}$")
        given = deployed(Deployed(VISITOR_IDENTITY_SECRET=SECRET), "--rotate", "identity", answers=["n" * 32])
        self.assertEqual(given["VisitorIdentitySecretPrevious"], SECRET)
        self.assertEqual(given["VisitorIdentitySecret"], "n" * 32)

    def test_the_connection_string_is_not_shown(self):
        port = free_port()
        server = subprocess.Popen(
            [os.path.join(os.path.dirname(sys.executable), "moto_server"), "-H", "localhost", "-p", str(port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        await_port(port)
        shown = self.converse(f"http://localhost:{port}")
        self.assertNotIn("hunter2", shown)
        self.assertEqual(len(re.findall(r": ?$", shown, re.MULTILINE)), 1, f"one question: {shown}")

    def converse(self, aws):
        """Answers the question until SAM turns to AWS; what the terminal showed."""
        environment = {
            **os.environ, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ENDPOINT_URL": aws, "AWS_EC2_METADATA_DISABLED": "true", "TERM": "dumb",
        }
        mine, theirs = pty.openpty()
        process = subprocess.Popen(
            [ROOT / "deploy/livechat", "up", "--no-build"], cwd=ROOT, env=environment,
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
        os.close(theirs)
        text, answered, deadline = "", False, time.monotonic() + 120
        try:
            while "Creating the required resources" not in text:
                self.assertLess(time.monotonic(), deadline, text)
                if select.select([mine], [], [], 1)[0]:
                    text += os.read(mine, 65536).decode(errors="replace").replace("\r", "")
                if not answered and text.endswith("(it is not shown): "):
                    os.write(mine, f"{URI}\n".encode())
                    answered = True
            return text
        finally:
            process.kill()
            process.wait()
            os.close(mine)


class LiveChat(unittest.TestCase):
    """Against a live chat that is as strict as a deployed one."""

    @classmethod
    def setUpClass(cls):
        subprocess.run(["cargo", "build", "--quiet", "--package", "local"], cwd=ROOT, check=True)
        folder, port = tempfile.TemporaryDirectory(), free_port()
        cls.addClassCleanup(folder.cleanup)
        environment = {
            **os.environ, "PORT": str(port), "JWT_SECRET": SECRET, "FIRST_USER": "token", "REGISTRATION": "admin",
            "CORS_ORIGIN": "https://www.example.com",
        }
        program = os.environ.get("CARGO_TARGET_DIR", ROOT / "target")
        cls.server = subprocess.Popen(
            [os.path.join(program, "debug/livechat")], cwd=folder.name, env=environment, stdout=subprocess.DEVNULL)
        cls.addClassCleanup(cls.server.wait)
        cls.addClassCleanup(cls.server.send_signal, signal.SIGTERM)
        await_port(port)
        cls.url = f"http://localhost:{port}"

    def test_the_first_admin_is_made_and_a_chat_goes_through(self):
        shown = io.StringIO()
        with patch("first_admin.Stack", lambda _: Deployed(self.url, JWT_SECRET=SECRET)), \
                patch("builtins.input", side_effect=["Ada", ADA["email"]]), \
                patch("stack.getpass", side_effect=[ADA["password"]]), \
                patch.object(sys, "argv", ["first-admin"]), redirect_stdout(shown):
            first_admin.main()
        self.assertEqual(shown.getvalue(), "ada@example.com is the super_admin.\n")
        shown, websocket = io.StringIO(), f"{self.url.replace('http', 'ws')}/ws"
        with patch("stack.getpass", side_effect=[ADA["password"]]), redirect_stdout(shown), \
                patch.object(sys, "argv", ["verify", "--http", self.url, "--websocket", websocket, "--email", ADA["email"]]):
            verify.main()
        lines = shown.getvalue().splitlines()
        self.assertEqual([line for line in lines if not line.startswith("ok ")], [])
        self.assertGreater(len(lines), 15)

    def test_what_is_wrong_is_named(self):
        shown = io.StringIO()
        with self.assertRaises(SystemExit), redirect_stdout(shown):
            verify.verify(verify.Http(self.url), "ws://localhost:9/ws", "nobody@example.com", "wrong password")
        self.assertIn("FAILED", shown.getvalue().splitlines()[-1])


if __name__ == "__main__":
    unittest.main()
