"""`sam deploy --guided` in a terminal, answered as the docs say, up to where it needs AWS."""

import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from plain import ROOT, source

# What it asks, as it prints it, and what a person answers; Enter takes the default.
ANSWERS = (
    (r"Parameter MongoDbUri: $", "mongodb+srv://user:password@cluster.example/livechat"),
    (r"Parameter JwtSecret: $", "generate"),
    (r"Parameter (JwtSecretPrevious|VisitorIdentitySecret(Previous)?): $", "none"),
    (r"has no authentication\. Is this okay\? \[y/N\]: $", "y"),
    (r"Save arguments to configuration file \[Y/n\]: $", "n"),
    (r"(\]|\[[^\[\]]*/[^\[\]]*\]): $", ""),
)
AWS = "Looking for resources needed for deployment"
NOBODY = "http://127.0.0.1:9"


class Guided(unittest.TestCase):
    def test_every_question_can_be_answered_once(self):
        asked = self.converse()
        for name in source()["Parameters"]:
            times = sum(re.match(rf"Parameter {name}\b", question) is not None for question in asked)
            self.assertEqual(times, 1, f"{name}: {asked}")

    def converse(self):
        """Answers until SAM turns to AWS; the questions that it asked."""
        with tempfile.TemporaryDirectory() as home:
            environment = {
                **os.environ, "HOME": home, "SAM_CLI_TELEMETRY": "0", "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "eu-central-1",
                "AWS_ENDPOINT_URL": NOBODY, "AWS_MAX_ATTEMPTS": "1", "TERM": "dumb",
            }
            mine, theirs = pty.openpty()
            program = Path(sys.executable).parent / "sam"
            command = [program, "deploy", "--guided", "--template-file", "template.yaml"]
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdin=theirs, stdout=theirs, stderr=theirs,
                start_new_session=True)
            os.close(theirs)
            try:
                return self.answer(mine)
            finally:
                process.kill()
                process.wait()
                os.close(mine)

    def answer(self, terminal):
        asked, text, deadline = [], "", time.monotonic() + 120
        while AWS not in text:
            self.assertLess(time.monotonic(), deadline, text[-2000:])
            ready, _, _ = select.select([terminal], [], [], 1)
            if ready:
                try:
                    text += os.read(terminal, 65536).decode(errors="replace")
                except OSError:  # The other end of a terminal has gone.
                    self.fail(f"it ended: {text[-2000:]}")
            question = re.sub(r"\x1b\[[0-9;]*m", "", text).rsplit("\n", 1)[-1].strip("\r")
            found = next((answer for pattern, answer in ANSWERS if re.search(pattern, question)), None)
            if found is not None:
                asked.append(question.strip())
                text = ""
                os.write(terminal, f"{found}\n".encode())
        return asked


if __name__ == "__main__":
    unittest.main()
