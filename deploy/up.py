"""Builds the live chat and deploys it, without a question but for secrets, which are not shown.

The first time it asks for the connection string of the database, and makes the secret that tokens are signed with. What
is not named keeps its value.

`--rotate` gives a secret another value: `database`, the connection string, which it asks for; `jwt`, what tokens are
signed with, which it makes; `identity`, what your site signs identities with, which it asks for. What the one before of
the last two has signed stays good, unless `--now` ends it.
"""

import argparse
import os
import secrets
import subprocess
from pathlib import Path

from samcli.cli.main import cli
from samcli.yamlhelper import yaml_parse

from stack import Stack, ask_hidden

ROOT = Path(__file__).resolve().parent.parent
TARGETS = {"arm64": "aarch64-unknown-linux-gnu", "x86_64": "x86_64-unknown-linux-gnu"}
# What a secret parameter may be that is none.
WORDS = ("generate", "none")


def main():
    parser = argparse.ArgumentParser(
        prog="deploy/livechat up", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stack", default="livechat", help="the name of the stack, livechat without it")
    parser.add_argument("--rotate", choices=("database", "jwt", "identity"), help="give this secret another value")
    parser.add_argument("--now", action="store_true", help="what the secret before has signed ends at once")
    parser.add_argument("--no-build", action="store_true", help="deploy what was built before")
    parser.add_argument("parameters", nargs="*", metavar="PARAMETER=VALUE")
    asked = parser.parse_args()
    try:
        parameters = dict(map(parameter, asked.parameters))
    except ValueError as error:
        parser.error(error)
    if asked.now and asked.rotate not in ("jwt", "identity"):
        parser.error("--now is for --rotate jwt and --rotate identity")
    stack = Stack(asked.stack)
    if asked.rotate:
        stack.must_exist()
        steps = rotation(asked.rotate, asked.now, stack)
    else:
        steps = [{} if stack.exists else {"JwtSecret": token_secret(), "MongoDbUri": ask_connection_string()}]
    os.chdir(ROOT)
    parameters.setdefault("Architecture", stack.parameters.get("Architecture", "arm64"))
    if not asked.no_build:
        build(parameters["Architecture"])
    for step in steps:
        deploy(stack.name, {**parameters, **step})


def parameter(text):
    """The name and the value of a parameter, unless it is unknown or a secret.
    Errors: ValueError, which says why it may not be there."""
    name, sign, value = text.partition("=")
    known = yaml_parse((ROOT / "template.yaml").read_text())["Parameters"]
    if not sign or name not in known:
        raise ValueError(f"{name} is no PARAMETER=VALUE of the template")
    if known[name].get("NoEcho") and value not in WORDS:
        raise ValueError(
            f"{name} is a secret: a command line stays in the shell's history and is seen by whoever lists processes."
            " Leave it out: it is asked for the first time, and by --rotate")
    return name, value


def ask_connection_string():
    return ask_hidden("The connection string of MongoDB (it is not shown)")


def token_secret():
    # Made here: one that CloudFormation makes is kept by Secrets Manager, which costs money when nobody chats, too.
    return secrets.token_urlsafe(48)


def rotation(which, now, stack):
    """The deployments that give a secret another value, as what each changes."""
    if which == "database":
        return [{"MongoDbUri": ask_connection_string()}]
    before = "none" if now else stack.environment()[
        {"jwt": "JWT_SECRET", "identity": "VISITOR_IDENTITY_SECRET"}[which]] or "none"
    if which == "identity":
        new = ask_hidden("The secret that your site will sign identities with (it is not shown)")
        return [{"VisitorIdentitySecret": new, "VisitorIdentitySecretPrevious": before}]
    new = token_secret()
    last = {"JwtSecret": new, "JwtSecretPrevious": before}
    # Functions are updated one after the other: each must take tokens of the new secret before any signs with it.
    return [last] if now else [{"JwtSecretPrevious": new}, last]


def build(architecture):
    if architecture in TARGETS:
        subprocess.run(["rustup", "target", "add", TARGETS[architecture]], check=True)
    subprocess.run(["sam", "build", "--parameter-overrides", f"Architecture={architecture}"], check=True)


def deploy(stack, parameters):
    # Each stack has a folder of its own in SAM's bucket: `sam delete` empties it.
    place = ["--stack-name", stack, "--s3-prefix", stack]
    overrides = [f"{name}={value}" for name, value in parameters.items()]
    try:
        # In this process: the arguments of another one stand in the list of processes.
        cli(["deploy", *place, "--parameter-overrides", *overrides], prog_name="sam")
    except SystemExit as ended:
        if ended.code:
            raise


if __name__ == "__main__":
    main()
