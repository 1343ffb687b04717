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
from contextlib import redirect_stderr, redirect_stdout
from unittest.mock import patch

import first_admin
import up
import verify
from listening import await_port, free_port
from plain import ROOT, source
from stack import Stack

SECRET = "a secret of more than 32 characters"
URI = "mongodb+srv://user:hunter2@cluster.example/livechat?retryWrites=true&w=majority"
ADA = {"email": "ada@example.com", "password": "correct horse"}


class Deployed(Stack):
    """What a deployed stack shows of itself."""

    def __init__(self, url="", exists=True, parameters=(), **environment):
        self.exists, self.parameters, self.variables = exists, dict(parameters), environment
        self.outputs = {"HttpUrl": url}

    def named(self, name):
        self.name = name
        return self

    def environment(self):
        return self.variables


def deployments(stack, *arguments, answers=()):
    """The parameters of each call of SAM."""
    with patch("up.Stack", stack.named), patch("up.cli") as sam, patch("stack.getpass", side_effect=answers), \
            patch.object(sys, "argv", ["up", "--no-build", *arguments]):
        here = os.getcwd()
        try:
            up.main()
        finally:
            os.chdir(here)
    called = [call.args[0] for call in sam.call_args_list]
    for each in called:
        for option in ("--stack-name", "--s3-prefix"):
            assert each[each.index(option) + 1] == stack.name, each
    return [dict(each.split("=", 1) for each in call[call.index("--parameter-overrides") + 1:]) for call in called]


def refused(*arguments):
    """What `up` says of arguments that it does not take, before it asks for anything or deploys."""
    said = io.StringIO()
    with patch("up.Stack", side_effect=AssertionError), patch.object(sys, "argv", ["up", *arguments]), \
            redirect_stderr(said):
        try:
            up.main()
        except SystemExit as ended:
            return said.getvalue() if ended.code else None


class Up(unittest.TestCase):
    def test_the_first_time_asks_for_the_connection_string_alone(self):
        (given,) = deployments(Deployed(exists=False), answers=[URI])
        self.assertRegex(given.pop("JwtSecret"), r"^\S{64}$", "it is made")
        self.assertEqual(given, {"MongoDbUri": URI, "Architecture": "arm64"})

    def test_later_what_is_not_named_stays(self):
        self.assertEqual(deployments(Deployed()), [{"Architecture": "arm64"}])
        stack = Deployed(parameters={"Architecture": "x86_64"})
        self.assertEqual(deployments(stack, "Limits=off"), [{"Limits": "off", "Architecture": "x86_64"}])

    def test_a_stack_has_the_name_that_it_is_given(self):
        stack = Deployed(exists=False)
        deployments(stack, "--stack", "livechat-production", answers=[URI])
        self.assertEqual(stack.name, "livechat-production")

    def test_no_secret_is_taken_from_the_command_line(self):
        hidden = [name for name, each in source()["Parameters"].items() if each.get("NoEcho")]
        self.assertGreater(len(hidden), 4)
        for name in hidden:
            said = refused(f"{name}={SECRET}")
            self.assertIn(f"{name} is a secret", said)
            self.assertNotIn(SECRET, said)
        given = deployments(Deployed(), "JwtSecretPrevious=none", "JwtSecret=generate")
        self.assertEqual(given, [{"JwtSecretPrevious": "none", "JwtSecret": "generate", "Architecture": "arm64"}])

    def test_a_parameter_that_the_template_does_not_have_is_refused(self):
        self.assertIn("ReservedConcurency is no PARAMETER=VALUE of the template", refused("ReservedConcurency=42"))
        self.assertIn("Limits is no", refused("Limits"))

    def test_every_function_takes_tokens_of_a_new_secret_before_any_signs_with_it(self):
        first, last = deployments(Deployed(JWT_SECRET=SECRET), "--rotate", "jwt", "Limits=off")
        new = last["JwtSecret"]
        self.assertRegex(new, r"^\S{64}$")
        rest = {"Limits": "off", "Architecture": "arm64"}
        self.assertEqual(first, {"JwtSecretPrevious": new, **rest})
        self.assertEqual(last, {"JwtSecret": new, "JwtSecretPrevious": SECRET, **rest})

    def test_the_secret_of_identities_is_asked_for_and_the_one_before_kept(self):
        stack = Deployed(VISITOR_IDENTITY_SECRET=SECRET)
        (given,) = deployments(stack, "--rotate", "identity", answers=["n" * 32])
        self.assertEqual((given["VisitorIdentitySecret"], given["VisitorIdentitySecretPrevious"]), ("n" * 32, SECRET))
        stack = Deployed(VISITOR_IDENTITY_SECRET="")
        (given,) = deployments(stack, "--rotate", "identity", answers=["n" * 32])
        self.assertEqual(given["VisitorIdentitySecretPrevious"], "none", "the first one")

    def test_what_the_secret_before_has_signed_can_be_ended_at_once(self):
        (given,) = deployments(Deployed(JWT_SECRET=SECRET), "--rotate", "jwt", "--now")
        self.assertRegex(given["JwtSecret"], r"^\S{64}$")
        self.assertEqual(given["JwtSecretPrevious"], "none")
        stack = Deployed(VISITOR_IDENTITY_SECRET=SECRET)
        (given,) = deployments(stack, "--rotate", "identity", "--now", answers=["n" * 32])
        self.assertEqual(given["VisitorIdentitySecretPrevious"], "none")
        self.assertIn("--now is for", refused("--rotate", "database", "--now"))
        self.assertIn("--now is for", refused("--now"))

    def test_the_connection_string_can_be_given_anew(self):
        self.assertEqual(
            deployments(Deployed(), "--rotate", "database", answers=[URI]), [{"MongoDbUri": URI, "Architecture": "arm64"}])

    def test_what_is_not_deployed_is_not_rotated(self):
        for which in ("database", "jwt", "identity"):
            with self.assertRaisesRegex(SystemExit, "there is no stack livechat"):
                deployments(Deployed(exists=False), "--rotate", which)

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
        with patch("first_admin.Stack", Deployed(self.url, JWT_SECRET=SECRET).named), \
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
