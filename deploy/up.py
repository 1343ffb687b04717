"""Builds the live chat and deploys it, without a question but for the connection string.

The first time it asks for the connection string, which is not shown. What is not named keeps its value.
`--rotate` changes a secret and keeps the old one beside it, so that nobody is logged out.
"""

import argparse
import os
import secrets
import subprocess
from pathlib import Path

from samcli.cli.main import cli

from stack import Stack, ask_hidden

ROOT = Path(__file__).resolve().parent.parent
STACKS = {"default": "livechat", "production": "livechat-production"}
TARGETS = {"arm64": "aarch64-unknown-linux-gnu", "x86_64": "x86_64-unknown-linux-gnu"}


def main():
    parser = argparse.ArgumentParser(prog="deploy/livechat up", description=__doc__)
    parser.add_argument("--production", action="store_true", help="the stack livechat-production")
    parser.add_argument("--rotate", choices=("jwt", "identity"), help="change a secret, keeping the old one beside it")
    parser.add_argument("--no-build", action="store_true", help="deploy what was built before")
    parser.add_argument("parameters", nargs="*", metavar="PARAMETER=VALUE")
    asked = parser.parse_args()
    parameters = {}
    for each in asked.parameters:
        name, sign, value = each.partition("=")
        if not sign:
            parser.error(f"{each} is not PARAMETER=VALUE")
        parameters[name] = value
    place = "production" if asked.production else "default"
    stack = Stack(STACKS[place])
    if not stack.exists and "MongoDbUri" not in parameters:
        parameters["MongoDbUri"] = ask_hidden("The connection string of MongoDB (it is not shown)")
    if asked.rotate:
        parameters |= rotated(asked.rotate, stack)
    os.chdir(ROOT)
    architecture = parameters.get("Architecture") or stack.parameters.get("Architecture", "arm64")
    if not asked.no_build:
        build(place, architecture)
    deploy(place, {**parameters, "Architecture": architecture})


def rotated(which, stack):
    """The new secret and the old one."""
    present = stack.environment()
    if which == "jwt":
        return {"JwtSecret": secrets.token_urlsafe(48), "JwtSecretPrevious": present["JWT_SECRET"]}
    new = ask_hidden("The secret that your site will sign identities with (it is not shown)")
    return {"VisitorIdentitySecret": new, "VisitorIdentitySecretPrevious": present["VISITOR_IDENTITY_SECRET"] or "none"}


def build(place, architecture):
    if architecture in TARGETS:
        subprocess.run(["rustup", "target", "add", TARGETS[architecture]], check=True)
    override = ["--parameter-overrides", f"Architecture={architecture}"]
    subprocess.run(["sam", "build", "--config-env", place, *override], check=True)


def deploy(place, parameters):
    overrides = [f"{name}={value}" for name, value in parameters.items()]
    # In this process: the arguments of another one stand in the list of processes.
    cli(["deploy", "--config-env", place, "--no-confirm-changeset", "--parameter-overrides", *overrides], prog_name="sam")


if __name__ == "__main__":
    main()
