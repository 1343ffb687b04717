"""Makes the first user of a deployed stack, who is the super admin.

It reads the setup token with the AWS credentials of whoever runs it, and asks who it is to be.
"""

import argparse
import hashlib
import hmac
import json
import urllib.error
import urllib.request

from stack import Stack, ask_hidden, fail


def main():
    parser = argparse.ArgumentParser(prog="deploy/livechat first-admin", description=__doc__)
    parser.add_argument("--stack", default="livechat")
    stack = Stack(parser.parse_args().stack)
    secret = stack.environment()["JWT_SECRET"]
    user = {
        "name": input("Name: ").strip(),
        "email": input("Email: ").strip(),
        "password": ask_hidden("Password (8 characters or more; it is not shown)"),
        # As `shared/src/auth/setup.rs` makes it.
        "setupToken": hmac.new(secret.encode(), b"setup", hashlib.sha256).hexdigest(),
    }
    request = urllib.request.Request(
        f"{stack.output('HttpUrl')}/api/auth/register", json.dumps(user).encode(),
        {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            made = json.load(answer)
    except urllib.error.HTTPError as error:
        fail(f"{error.code}: {error.read().decode()}")
    except urllib.error.URLError as error:
        fail(error.reason)
    print(f"{made['user']['email']} is the {made['user']['role']}.")


if __name__ == "__main__":
    main()
