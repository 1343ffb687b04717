"""The template as a deployed system: what SAM makes of it, held against the code."""

import json
import re
import subprocess
import unittest
from graphlib import TopologicalSorter

from plain import ROOT, of_type, references, source, translate

FUNCTION, PERMISSION, ROUTE = "AWS::Lambda::Function", "AWS::Lambda::Permission", "AWS::ApiGatewayV2::Route"
PROXY_METHODS = {"GET", "POST", "PUT", "DELETE", "PATCH"}


def manifest():
    command = ["cargo", "run", "--quiet", "--package", "local", "--example", "manifest"]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)


def pushes(folder):
    """Whether a function's code dispatches events, which posts to connections."""
    sources = (ROOT / "functions" / folder / "src").rglob("*.rs")
    return any(re.search(r"\.dispatched_behind\(|\bapp\.push\b", each.read_text()) for each in sources)


def metrics_of(alarm):
    """The names of the metrics that an alarm watches."""
    properties = alarm["Properties"]
    several = [each["MetricStat"]["Metric"]["MetricName"] for each in properties.get("Metrics", []) if "MetricStat" in each]
    return several or [properties["MetricName"]]


class Template(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.code = manifest()
        cls.plain = translate()
        cls.resources = cls.plain["Resources"]
        cls.folders = {
            name: each["Properties"]["CodeUri"].split("/")[-1]
            for name, each in of_type(source(), "AWS::Serverless::Function").items()
        }
        cls.http = cls.resources["HttpApi"]["Properties"]["Body"]

    def http_routes(self):
        for path, methods in self.http["paths"].items():
            for method, operation in methods.items():
                uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
                yield method.upper(), path, re.search(r"\$\{(\w+)\.Arn\}", uri)[1]

    def websocket_routes(self):
        for each in of_type(self.plain, ROUTE).values():
            integration = next(references(each["Properties"]["Target"]))
            uri = self.resources[integration]["Properties"]["IntegrationUri"]
            yield each["Properties"]["RouteKey"], next(iter(set(references(uri)) & set(self.folders)))

    def test_every_function_of_the_code_is_deployed_and_no_other(self):
        coded = {function for _, _, function in self.code["http"]} | {self.code["websocket"]["function"]}
        self.assertEqual(set(self.folders.values()), coded)
        self.assertEqual(set(of_type(self.plain, FUNCTION)), set(self.folders))

    def test_http_routes_lead_where_the_code_answers_them(self):
        deployed = {(method, path, self.folders[name]) for method, path, name in self.http_routes()}
        proxies = {route for route in deployed if route[1] == "/{proxy+}"}
        self.assertEqual({method for method, _, _ in proxies}, PROXY_METHODS)
        self.assertEqual(deployed - proxies, {tuple(route) for route in self.code["http"]})

    def test_http_integrations_use_payload_format_2(self):
        for methods in self.http["paths"].values():
            for operation in methods.values():
                integration = operation["x-amazon-apigateway-integration"]
                self.assertEqual((integration["type"], integration["payloadFormatVersion"]), ("aws_proxy", "2.0"))

    def test_websocket_routes_are_the_codes_actions(self):
        actions = {event.split(":")[0] for event in self.code["websocket"]["events"] if ":" in event}
        routes = dict(self.websocket_routes())
        self.assertEqual(set(routes), actions | {"$connect", "$disconnect", "$default"})
        self.assertEqual(set(routes.values()), {"WebSocketFunction"})
        api = self.resources["WebSocketApi"]["Properties"]
        self.assertEqual(api["RouteSelectionExpression"], "$request.body.action")

    def test_each_route_may_call_its_function(self):
        allowed = {}
        for each in of_type(self.plain, PERMISSION).values():
            properties = each["Properties"]
            self.assertEqual(properties["Principal"], "apigateway.amazonaws.com")
            name = next(references(properties["FunctionName"]))
            allowed[name] = allowed.get(name, 0) + 1
        called = [name for _, _, name in self.http_routes()] + [name for _, name in self.websocket_routes()]
        self.assertEqual(allowed, {name: called.count(name) for name in set(called)})

    def test_the_environment_is_what_the_code_reads(self):
        needed, optional = set(self.code["keys"]["needed"]), set(self.code["keys"]["optional"])
        for name, each in of_type(self.plain, FUNCTION).items():
            keys = set(each["Properties"]["Environment"]["Variables"])
            self.assertEqual((needed - keys, keys - needed - optional), (set(), set()), name)

    def test_who_pushes_may_post_to_this_apis_connections_and_nobody_else(self):
        for name, folder in self.folders.items():
            role = self.resources[f"{name}Role"]["Properties"]
            self.assertNotIn("Policies", role, "no inline policy")
            policies = [each["Ref"] for each in role["ManagedPolicyArns"] if isinstance(each, dict) and "Ref" in each]
            self.assertEqual(policies, ["PushPolicy"] if pushes(folder) else [], name)
        (statement,) = self.resources["PushPolicy"]["Properties"]["PolicyDocument"]["Statement"]
        self.assertEqual(statement["Action"], "execute-api:ManageConnections")
        ends = [each["Fn::Sub"].split("${AWS::AccountId}:")[1] for each in statement["Resource"]]
        self.assertEqual(ends, [f"${{WebSocketApi}}/live/{method}/@connections/*" for method in ("POST", "DELETE")])

    def test_functions_are_small_and_observed(self):
        for name, each in of_type(self.plain, FUNCTION).items():
            properties = each["Properties"]
            self.assertEqual((properties["Runtime"], properties["Handler"]), ("provided.al2023", "bootstrap"))
            self.assertEqual(properties["KmsKeyArn"]["Fn::If"][:2], ["HasEnvironmentKey", {"Ref": "EnvironmentKeyArn"}])
            self.assertEqual(properties["TracingConfig"], {"Mode": {"Ref": "Tracing"}})
            self.assertEqual(properties["Architectures"], [{"Ref": "Architecture"}])
            self.assertLess(properties["Timeout"], 29, "API Gateway waits for 29 seconds")
            group = self.resources[properties["LoggingConfig"]["LogGroup"]["Ref"]]
            self.assertEqual(group["Properties"]["RetentionInDays"], {"Ref": "LogRetentionDays"}, name)
        for each in of_type(self.plain, "AWS::ApiGatewayV2::Stage").values():
            self.assertIn("DestinationArn", each["Properties"]["AccessLogSettings"])
            json.loads(each["Properties"]["AccessLogSettings"]["Format"])

    def test_stages_are_throttled_and_typing_and_connect_by_their_own(self):
        stages = {next(references(each["Properties"]["ApiId"])): each["Properties"]
                  for each in of_type(self.plain, "AWS::ApiGatewayV2::Stage").values()}
        self.assertEqual(set(stages["WebSocketApi"]["RouteSettings"]), {"$connect", "typing"})
        for stage in stages.values():
            for settings in [stage["DefaultRouteSettings"], *stage["RouteSettings"].values()]:
                # One without the other would be 0, which lets nothing through.
                self.assertGreater(settings["ThrottlingRateLimit"], 0)
                self.assertGreater(settings["ThrottlingBurstLimit"], 0)

    def test_cors_is_the_gateways_with_the_configured_origins(self):
        condition, cors, _ = self.http["x-amazon-apigateway-cors"]["Fn::If"]
        self.assertEqual(condition, "HasCorsOrigin")
        self.assertEqual(set(map(str.lower, cors)), {"alloworigins", "allowmethods", "allowheaders", "exposeheaders", "maxage"})
        self.assertNotIn("$default", self.http["paths"], "it would take the preflights")

    def test_secrets_are_hidden_and_parameters_explained(self):
        parameters = self.plain["Parameters"]
        for name in (name for name in parameters if re.search("Uri|Secret", name)):
            self.assertTrue(parameters[name]["NoEcho"], name)
        for name, each in parameters.items():
            self.assertIn("Description", each, name)
            self.assertTrue({"AllowedPattern", "AllowedValues", "MinValue"} & set(each), name)

    def test_alarms_watch_every_function(self):
        alarms = of_type(self.plain, "AWS::CloudWatch::Alarm")
        for alarm in ("FunctionErrorsAlarm", "ThrottlesAlarm", "DurationAlarm"):
            self.assertEqual(set(references(alarms[alarm]["Properties"]["Metrics"])), set(self.folders), alarm)

    def test_what_rings_is_sent_to_the_address(self):
        for name, each in of_type(self.plain, "AWS::CloudWatch::Alarm").items():
            for actions in ("AlarmActions", "OKActions"):
                self.assertEqual(each["Properties"][actions], [{"Ref": "Alarms"}], name)
        (subscription,) = of_type(self.plain, "AWS::SNS::Subscription").values()
        self.assertEqual(subscription["Properties"], {
            "TopicArn": {"Ref": "Alarms"}, "Protocol": "email", "Endpoint": {"Ref": "AlarmEmail"}})
        notices = self.resources["Budget"]["Properties"]["NotificationsWithSubscribers"]
        for each in notices:
            self.assertEqual(each["Subscribers"], [{"SubscriptionType": "EMAIL", "Address": {"Ref": "AlarmEmail"}}])

    def test_strangers_whom_the_websocket_refuses_ring_no_alarm(self):
        for name, each in of_type(self.plain, "AWS::CloudWatch::Alarm").items():
            self.assertFalse(set(metrics_of(each)) & {"IntegrationError", "ClientError", "4xx"}, name)
        (counted,) = of_type(self.plain, "AWS::Logs::MetricFilter").values()
        counted = counted["Properties"]
        self.assertEqual(counted["LogGroupName"], {"Ref": "WebSocketLogs"})
        self.assertEqual(counted["FilterPattern"], '{ $.message = "handled" && $.status >= 500 }')
        # The line that it counts, whose fields stand at its top.
        self.assertIn('route, status, "handled"', (ROOT / "functions/websocket/src/lib.rs").read_text())
        self.assertIn(".flatten_event(true)", (ROOT / "shared/src/logging.rs").read_text())
        (transformation,) = counted["MetricTransformations"]
        self.assertIn(transformation["MetricName"], metrics_of(self.resources["WebSocketErrorsAlarm"]))

    def test_instances_do_not_take_more_connections_than_a_cluster_has(self):
        # To each server: queries, and one connection that watches it (on Lambda the driver polls).
        of_instance = self.code["pool"] + 1
        page = (ROOT / "docs/deploy.md").read_text()
        rows = re.findall(r"^\| (M\d+) \| ([\d,]+) \| (\d+) \|$", page, re.MULTILINE)
        self.assertGreater(len(rows), 2)
        for cluster, connections, concurrency in rows:
            most = int(connections.replace(",", "")) * 9 // 10 // (len(self.folders) * of_instance)
            self.assertEqual(int(concurrency), most, cluster)

    def test_the_dashboard_is_json_and_shows_every_function(self):
        body = self.resources["OperationsDashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
        widgets = json.loads(body)["widgets"]
        titles = [each["properties"]["title"] for each in widgets]
        self.assertEqual(len(titles), len(set(titles)))
        self.assertLessEqual(set(self.folders), set(references({"Fn::Sub": body})))

    def test_nothing_refers_to_itself_or_to_nothing(self):
        known = set(self.resources) | set(self.plain["Parameters"])
        graph = {}
        for name, each in self.resources.items():
            found = {each for each in references(each) if not each.startswith("AWS::")}
            self.assertEqual(found - known, set(), name)
            graph[name] = found & set(self.resources)
        list(TopologicalSorter(graph).static_order())  # raises CycleError

    def test_it_says_where_it_is_and_how_to_begin(self):
        self.assertEqual(set(self.plain["Outputs"]), {"DashboardUrl", "DemoUrl", "HttpUrl", "WebSocketUrl", "FirstAdmin", "Verify"})


if __name__ == "__main__":
    unittest.main()
