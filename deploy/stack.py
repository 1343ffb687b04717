"""A deployed stack, as its owner's AWS credentials show it."""

import logging
import sys
from getpass import getpass

import boto3
from botocore.exceptions import BotoCoreError, ClientError

# SAM has its libraries tell where they found credentials.
logging.getLogger("botocore").setLevel(logging.WARNING)


def fail(message):
    sys.exit(f"error: {message}")


class Stack:
    def __init__(self, name):
        self.name = name
        try:
            found = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationError":
                fail(error)
            found = None
        except BotoCoreError as error:
            fail(f"{error}. Are there AWS credentials and a region? See: aws configure")
        # A first deployment that failed leaves a stack without anything in it.
        self.exists = found is not None and found["StackStatus"] not in ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE")
        self.parameters = {each["ParameterKey"]: each["ParameterValue"] for each in (found or {}).get("Parameters", [])}
        self.outputs = {each["OutputKey"]: each["OutputValue"] for each in (found or {}).get("Outputs", [])}

    def must_exist(self):
        if not self.exists:
            fail(f"there is no stack {self.name} in this region that has been deployed")

    def output(self, key):
        self.must_exist()
        return self.outputs[key]

    def environment(self):
        """What the functions find in their environment; the secrets are there."""
        self.must_exist()
        stack = boto3.resource("cloudformation").StackResource(self.name, "AuthFunction")
        try:
            name = stack.physical_resource_id
            made = boto3.client("lambda").get_function_configuration(FunctionName=name)
        except (ClientError, BotoCoreError) as error:
            fail(error)
        environment = made["Environment"]
        # Lambda answers so, and with no error, whoever may not decrypt with the environment's key.
        if "Error" in environment:
            fail(f"Lambda does not show the functions' environment: {environment['Error']['Message']}."
                 " It takes kms:Decrypt with the key in EnvironmentKeyArn")
        return environment["Variables"]


def ask_hidden(question):
    """Asks without an echo: what is answered stands in no history, no file and no list of processes."""
    answer = getpass(f"{question}: ").strip()
    if not answer:
        fail("nothing was answered")
    return answer
