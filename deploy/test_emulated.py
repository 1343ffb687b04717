"""What moto's server can create of the template is created there and read back."""

import io
import json
import os
import re
import subprocess
import sys
import unittest
import zipfile
from pathlib import Path

import boto3

from listening import await_port, free_port
from plain import of_type, references, translate

REGION = "eu-central-1"
VALUES = {
    "MongoDbUri": "mongodb+srv://user:password@cluster.example/livechat",
    "JwtSecret": "s" * 32,
    "CorsOrigin": "https://a.example,https://b.example",
    "ReservedConcurrency": "5",
}
# moto's CloudFormation knows nothing of the rest.
CREATED = {f"AWS::{kind}" for kind in
           ("Lambda::Function", "Lambda::Permission", "IAM::Role", "IAM::ManagedPolicy", "Logs::LogGroup")}
ELSEWHERE = ("HttpApi", "WebSocketApi", "GeneratedJwtSecret", "GatewayAccount")


class Emulated(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        port = free_port()
        program = Path(sys.executable).parent / "moto_server"
        os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_DEFAULT_REGION=REGION)
        environment = {**os.environ, "MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        # moto answers at localhost, not at 127.0.0.1.
        cls.server = subprocess.Popen([program, "-H", "localhost", "-p", str(port)], env=environment, **quiet)
        cls.addClassCleanup(cls.server.wait)
        cls.addClassCleanup(cls.server.terminate)
        await_port(port)
        cls.url = f"http://localhost:{port}"
        cls.plain = translate(VALUES)
        cls.resources = cls.plain["Resources"]
        cls.create_apis()
        cls.create_stack()

    @classmethod
    def client(cls, name):
        return boto3.client(name, endpoint_url=cls.url)

    @classmethod
    def create_apis(cls):
        gateway = cls.client("apigatewayv2")
        cls.http = gateway.create_api(Name="livechat", ProtocolType="HTTP")["ApiId"]
        api = cls.resources["WebSocketApi"]["Properties"]
        keys = ("ProtocolType", "RouteSelectionExpression")
        cls.websocket = gateway.create_api(Name="livechat", **{key: api[key] for key in keys})["ApiId"]

    @classmethod
    def create_stack(cls):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("bootstrap", "#!/bin/sh\n")
        s3, formation = cls.client("s3"), cls.client("cloudformation")
        s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
        for name in of_type(cls.plain, "AWS::Lambda::Function"):
            s3.put_object(Bucket="bucket", Key=f"{name}.zip", Body=archive.getvalue())
        part = {key: cls.plain[key] for key in ("AWSTemplateFormatVersion", "Conditions", "Outputs")}
        part["Parameters"] = {**cls.plain["Parameters"], **{name: {"Type": "String"} for name in ELSEWHERE}}
        part["Resources"] = cls.part = {
            name: each for name, each in cls.resources.items() if each["Type"] in CREATED and "Condition" not in each
        }
        text = json.dumps(part).replace("${WebSocketApi.ApiId}", "${WebSocketApi}")
        s3.put_object(Bucket="bucket", Key="plain.json", Body=text.encode())
        values = {**VALUES, "HttpApi": cls.http, "WebSocketApi": cls.websocket,
                  "GeneratedJwtSecret": "unused", "GatewayAccount": "account"}
        formation.create_stack(
            StackName="livechat", TemplateURL=f"{cls.url}/bucket/plain.json", Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
        )
        cls.stack = formation.describe_stacks(StackName="livechat")["Stacks"][0]
        listed = formation.list_stack_resources(StackName="livechat")["StackResourceSummaries"]
        cls.made = {each["LogicalResourceId"]: each.get("PhysicalResourceId") for each in listed}

    def test_the_stack_is_created(self):
        self.assertEqual(self.stack["StackStatus"], "CREATE_COMPLETE")
        self.assertEqual(set(self.made), set(self.part))
        outputs = {each["OutputKey"]: each["OutputValue"] for each in self.stack["Outputs"]}
        self.assertEqual(outputs["WebSocketUrl"], f"wss://{self.websocket}.execute-api.{REGION}.amazonaws.com/live")
        self.assertEqual(outputs["HttpUrl"], f"https://{self.http}.execute-api.{REGION}.amazonaws.com")

    def test_functions_have_their_environment_and_concurrency(self):
        functions = self.client("lambda")
        for name in of_type(self.plain, "AWS::Lambda::Function"):
            made = functions.get_function_configuration(FunctionName=self.made[name])
            variables = made["Environment"]["Variables"]
            endpoint = f"https://{self.websocket}.execute-api.{REGION}.amazonaws.com/live"
            self.assertEqual(variables["CONNECTIONS_ENDPOINT"], endpoint)
            self.assertEqual(variables["MONGODB_URI"], VALUES["MongoDbUri"])
            self.assertEqual(variables["CORS_ORIGIN"], VALUES["CorsOrigin"])
            self.assertEqual((made["Runtime"], made["Handler"]), ("provided.al2023", "bootstrap"))
            concurrency = functions.get_function_concurrency(FunctionName=self.made[name])
            self.assertEqual(concurrency["ReservedConcurrentExecutions"], 5)

    def test_only_the_gateways_may_call_a_function(self):
        functions = self.client("lambda")
        for name in of_type(self.plain, "AWS::Lambda::Function"):
            policy = json.loads(functions.get_policy(FunctionName=self.made[name])["Policy"])
            for statement in policy["Statement"]:
                self.assertEqual(statement["Principal"], {"Service": "apigateway.amazonaws.com"})
                source = statement["Condition"]["ArnLike"]["AWS:SourceArn"]
                self.assertRegex(source, f":({self.http}|{self.websocket})/")

    def test_the_push_policy_names_this_apis_connections(self):
        iam = self.client("iam")
        version = iam.get_policy(PolicyArn=self.made["PushPolicy"])["Policy"]["DefaultVersionId"]
        made = iam.get_policy_version(PolicyArn=self.made["PushPolicy"], VersionId=version)["PolicyVersion"]
        (statement,) = made["Document"]["Statement"]
        for arn, method in zip(statement["Resource"], ("POST", "DELETE"), strict=True):
            self.assertTrue(arn.endswith(f":{self.websocket}/live/{method}/@connections/*"), arn)

    def test_routes_integrations_and_stages_can_be_created(self):
        gateway, functions = self.client("apigatewayv2"), self.client("lambda")
        wanted = {(self.http, key): name for key, name in self.http_routes()}
        wanted |= {(self.websocket, key): name for key, name in self.websocket_routes()}
        uris = {}
        for (api, key), name in wanted.items():
            arn = functions.get_function_configuration(FunctionName=self.made[name])["FunctionArn"]
            uris[api, key] = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations"
            integration = gateway.create_integration(
                ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=uris[api, key], IntegrationMethod="POST")
            gateway.create_route(ApiId=api, RouteKey=key, Target=f"integrations/{integration['IntegrationId']}")
        group = self.client("logs").describe_log_groups()["logGroups"][0]["arn"]
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
