"""What moto's server can create of the template is deployed there by `deploy/livechat up`, and read back."""

import hashlib
import hmac
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from contextlib import redirect_stdout
from pathlib import Path
from unittest.mock import patch

import boto3

import first_admin
from listening import await_port, free_port
from plain import ROOT, of_type, references, translate
from stack import Stack

REGION = "eu-central-1"
URI = "mongodb+srv://user:pass%20word@cluster.example/livechat?retryWrites=true&w=majority"
ORIGINS = "https://a.example,https://b.example"
# moto's CloudFormation knows nothing of the rest.
CREATED = {f"AWS::{kind}" for kind in
           ("Lambda::Function", "Lambda::Permission", "IAM::Role", "IAM::ManagedPolicy", "Logs::LogGroup")}
# What SAM makes once in an account: it finds its bucket by the output, and moto makes none for a change set.
SAMS = {"Resources": {"Any": {"Type": "AWS::SNS::Topic"}}, "Outputs": {"SourceBucket": {"Value": "sams"}}}


class Emulated(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        port = free_port()
        environment = patch.dict(os.environ, {
            "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": f"http://localhost:{port}", "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
            "SAM_CLI_POLL_DELAY": "0.1"})
        environment.start()
        cls.addClassCleanup(environment.stop)
        program = Path(sys.executable).parent / "moto_server"
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        # moto answers at localhost, not at 127.0.0.1.
        cls.server = subprocess.Popen([program, "-H", "localhost", "-p", str(port)], **quiet)
        cls.addClassCleanup(cls.server.wait)
        cls.addClassCleanup(cls.server.terminate)
        await_port(port)
        cls.plain = translate()
        cls.resources = cls.plain["Resources"]
        cls.create_apis()
        cls.create_bucket_of_sam()
        cls.folder = cls.project()
        cls.deploy(f"CorsOrigin={ORIGINS}", "ReservedConcurrency=5", answer=URI)
        cls.stack = Stack("livechat")
        listed = boto3.client("cloudformation").list_stack_resources(StackName="livechat")["StackResourceSummaries"]
        cls.made = {each["LogicalResourceId"]: each.get("PhysicalResourceId") for each in listed}

    @classmethod
    def create_apis(cls):
        gateway = boto3.client("apigatewayv2")
        cls.http = gateway.create_api(Name="livechat", ProtocolType="HTTP")["ApiId"]
        api = cls.resources["WebSocketApi"]["Properties"]
        keys = ("ProtocolType", "RouteSelectionExpression")
        cls.websocket = gateway.create_api(Name="livechat", **{key: api[key] for key in keys})["ApiId"]

    @classmethod
    def create_bucket_of_sam(cls):
        place = {"LocationConstraint": REGION}
        boto3.client("s3").create_bucket(Bucket="sams", CreateBucketConfiguration=place)
        boto3.client("cloudformation").create_stack(
            StackName="aws-sam-cli-managed-default", TemplateBody=json.dumps(SAMS),
            Tags=[{"Key": "ManagedStackSource", "Value": "AwsSamCli"}])

    @classmethod
    def project(cls):
        """A copy of this project with what moto can create of the template; what it cannot is a parameter there."""
        elsewhere = {"HttpApi": cls.http, "WebSocketApi": cls.websocket, "GeneratedJwtSecret": "s", "GatewayAccount": "a"}
        part = {key: cls.plain[key] for key in ("AWSTemplateFormatVersion", "Conditions", "Outputs")}
        part["Parameters"] = {
            **cls.plain["Parameters"],
            **{name: {"Type": "String", "Default": value} for name, value in elsewhere.items()},
        }
        names = [name for name, each in cls.resources.items() if each["Type"] in CREATED and "Condition" not in each]
        # moto forgets what it cannot update, and stumbles over it when it looks for what comes behind.
        names.sort(key=lambda name: cls.resources[name]["Type"] != "AWS::Lambda::Function")
        part["Resources"] = cls.part = {name: cls.resources[name] for name in names}
        for each in of_type(part, "AWS::Lambda::Function").values():
            each["Properties"]["Code"] = "code"
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        folder = Path(temporary.name)
        shutil.copy(ROOT / "samconfig.toml", folder)
        shutil.copytree(ROOT / "deploy", folder / "deploy")
        (folder / "template.yaml").write_text(json.dumps(part).replace("${WebSocketApi.ApiId}", "${WebSocketApi}"))
        (folder / "code").mkdir()
        (folder / "code/bootstrap").write_text("#!/bin/sh\n")
        return folder

    @classmethod
    def deploy(cls, *arguments, stack="livechat", answer=""):
        command = [sys.executable, cls.folder / "deploy/up.py", "--no-build", "--stack", stack, *arguments]
        # Without a terminal, what is asked without an echo is read from the standard input.
        done = subprocess.run(command, input=f"{answer}\n", text=True, start_new_session=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        assert done.returncode == 0, done.stdout
        # Has moto make the outputs.
        boto3.client("cloudformation").update_stack(StackName=stack, UsePreviousTemplate=True)

    def environment(self, stack="livechat"):
        return Stack(stack).environment()

    def test_the_stack_is_created(self):
        self.assertTrue(self.stack.exists)
        self.assertEqual(set(self.made), set(self.part))
        self.assertEqual(
            self.stack.output("WebSocketUrl"), f"wss://{self.websocket}.execute-api.{REGION}.amazonaws.com/live")
        self.assertEqual(self.stack.output("HttpUrl"), f"https://{self.http}.execute-api.{REGION}.amazonaws.com")

    def test_functions_have_their_environment_and_concurrency(self):
        functions = boto3.client("lambda")
        for name in of_type(self.plain, "AWS::Lambda::Function"):
            made = functions.get_function_configuration(FunctionName=self.made[name])
            variables = made["Environment"]["Variables"]
            endpoint = f"https://{self.websocket}.execute-api.{REGION}.amazonaws.com/live"
            self.assertEqual(variables["CONNECTIONS_ENDPOINT"], endpoint)
            self.assertEqual(variables["MONGODB_URI"], URI)
            self.assertEqual(variables["CORS_ORIGIN"], ORIGINS)
            self.assertEqual((made["Runtime"], made["Handler"]), ("provided.al2023", "bootstrap"))
            concurrency = functions.get_function_concurrency(FunctionName=self.made[name])
            self.assertEqual(concurrency["ReservedConcurrentExecutions"], 5)

    def test_only_the_gateways_may_call_a_function(self):
        functions = boto3.client("lambda")
        for name in of_type(self.plain, "AWS::Lambda::Function"):
            policy = json.loads(functions.get_policy(FunctionName=self.made[name])["Policy"])
            for statement in policy["Statement"]:
                self.assertEqual(statement["Principal"], {"Service": "apigateway.amazonaws.com"})
                source = statement["Condition"]["ArnLike"]["AWS:SourceArn"]
                self.assertRegex(source, f":({self.http}|{self.websocket})/")

    def test_the_push_policy_names_this_apis_connections(self):
        iam = boto3.client("iam")
        version = iam.get_policy(PolicyArn=self.made["PushPolicy"])["Policy"]["DefaultVersionId"]
        made = iam.get_policy_version(PolicyArn=self.made["PushPolicy"], VersionId=version)["PolicyVersion"]
        (statement,) = made["Document"]["Statement"]
        for arn, method in zip(statement["Resource"], ("POST", "DELETE"), strict=True):
            self.assertTrue(arn.endswith(f":{self.websocket}/live/{method}/@connections/*"), arn)

    def test_routes_integrations_and_stages_can_be_created(self):
        gateway, functions = boto3.client("apigatewayv2"), boto3.client("lambda")
        wanted = {(self.http, key): name for key, name in self.http_routes()}
        wanted |= {(self.websocket, key): name for key, name in self.websocket_routes()}
        uris = {}
        for (api, key), name in wanted.items():
            arn = functions.get_function_configuration(FunctionName=self.made[name])["FunctionArn"]
            uris[api, key] = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations"
            integration = gateway.create_integration(
                ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=uris[api, key], IntegrationMethod="POST")
            gateway.create_route(ApiId=api, RouteKey=key, Target=f"integrations/{integration['IntegrationId']}")
        group = boto3.client("logs").describe_log_groups()["logGroups"][0]["arn"]
        for each in of_type(self.plain, "AWS::ApiGatewayV2::Stage").values():
            api = {"HttpApi": self.http, "WebSocketApi": self.websocket}[each["Properties"]["ApiId"]["Ref"]]
            logs = {**each["Properties"]["AccessLogSettings"], "DestinationArn": group}
            gateway.create_stage(**{**each["Properties"], "ApiId": api, "AccessLogSettings": logs})
        for api in (self.http, self.websocket):
            targets = {each["IntegrationId"]: each["IntegrationUri"] for each in gateway.get_integrations(ApiId=api)["Items"]}
            made = {(api, each["RouteKey"]): targets[each["Target"].split("/")[1]]
                    for each in gateway.get_routes(ApiId=api)["Items"]}
            self.assertEqual(made, {key: uri for key, uri in uris.items() if key[0] == api})
            (stage,) = gateway.get_stages(ApiId=api)["Items"]
            self.assertGreater(stage["DefaultRouteSettings"]["ThrottlingRateLimit"], 0)

    def test_what_a_deployment_does_not_name_keeps_its_value(self):
        before = self.environment()
        self.deploy("Limits=typing=off,logins=10/1m")
        self.assertEqual(self.environment(), {**before, "LIMITS": "typing=off,logins=10/1m"})
        self.deploy("--rotate", "jwt")
        after = self.environment()
        self.assertNotEqual(after["JWT_SECRET"], before["JWT_SECRET"])
        kept = {**before, "LIMITS": "typing=off,logins=10/1m", "JWT_SECRET_PREVIOUS": before["JWT_SECRET"]}
        self.assertEqual(after, {**kept, "JWT_SECRET": after["JWT_SECRET"]})

    def test_another_stack_is_deployed_used_and_taken_down_beside_the_first(self):
        another = "mongodb://user:password@another.example/livechat"
        self.deploy("GatewayLogRole=exists", stack="livechat-test", answer=another)
        self.assertEqual(self.environment("livechat-test")["MONGODB_URI"], another)
        self.assertEqual(self.environment()["MONGODB_URI"], URI)
        self.assertEqual(self.folders_of_sam(), {"livechat", "livechat-test"})
        self.check_the_first_admin_of("livechat-test")
        command = [Path(sys.executable).parent / "sam", "delete", "--stack-name", "livechat-test"]
        subprocess.run(command, input="y\ny\n", text=True, cwd=self.folder, check=True, capture_output=True)
        self.assertFalse(Stack("livechat-test").exists)
        self.assertEqual(self.environment()["MONGODB_URI"], URI)
        self.assertEqual(self.folders_of_sam(), {"livechat"})

    def folders_of_sam(self):
        objects = boto3.client("s3").list_objects_v2(Bucket="sams")["Contents"]
        return {each["Key"].split("/")[0] for each in objects}

    def check_the_first_admin_of(self, stack):
        answer = io.BytesIO(b'{"user":{"email":"ada@example.com","role":"super_admin"}}')
        with patch("urllib.request.urlopen", return_value=answer) as called, redirect_stdout(io.StringIO()), \
                patch("builtins.input", side_effect=["Ada", "ada@example.com"]), \
                patch("stack.getpass", side_effect=["correct horse"]), patch.object(sys, "argv", ["", "--stack", stack]):
            first_admin.main()
        (request,) = called.call_args.args
        self.assertEqual(request.full_url, f"{Stack(stack).output('HttpUrl')}/api/auth/register")
        secret = self.environment(stack)["JWT_SECRET"].encode()
        self.assertEqual(json.loads(request.data)["setupToken"], hmac.new(secret, b"setup", hashlib.sha256).hexdigest())

    def test_who_may_not_decrypt_the_environment_is_told_what_is_missing(self):
        # As Lambda answers then.
        shown = {"Environment": {"Error": {"ErrorCode": "AccessDeniedException", "Message": "Lambda was unable to decrypt"}}}
        with patch("stack.boto3.client") as client:
            client.return_value.get_function_configuration.return_value = shown
            with self.assertRaisesRegex(SystemExit, "Lambda was unable to decrypt.*kms:Decrypt"):
                self.stack.environment()

    def test_a_stack_that_is_not_there_is_named(self):
        for ask in (Stack.environment, Stack.must_exist, lambda stack: stack.output("HttpUrl")):
            with self.assertRaisesRegex(SystemExit, "there is no stack livechat-nowhere in this region"):
                ask(Stack("livechat-nowhere"))

    def http_routes(self):
        for path, methods in self.resources["HttpApi"]["Properties"]["Body"]["paths"].items():
            for method, operation in methods.items():
                uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
                yield f"{method.upper()} {path}", re.search(r"\$\{(\w+)\.Arn\}", uri)[1]

    def websocket_routes(self):
        functions = set(of_type(self.plain, "AWS::Lambda::Function"))
        for each in of_type(self.plain, "AWS::ApiGatewayV2::Route").values():
            integration = self.resources[next(references(each["Properties"]["Target"]))]
            name = next(iter(set(references(integration["Properties"]["IntegrationUri"])) & functions))
            yield each["Properties"]["RouteKey"], name


if __name__ == "__main__":
    unittest.main()
