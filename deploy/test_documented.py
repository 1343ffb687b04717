"""What the docs say of the deployment: figures held against the template, AWS's commands against AWS's description."""

import re
import shlex
import unittest

import boto3

from plain import ROOT, of_type, source

DEPLOY, COSTS = ((ROOT / "docs" / page).read_text() for page in ("deploy.md", "costs.md"))
# In docs/deploy.md, how a threshold is said.
SAID = {1: "a function ", 5: "5 ", 22400: "22.4 of its 28 seconds"}
SECONDS_OF_DAY = 24 * 60 * 60


def table(page, heading):
    """The rows of the table that begins so, by their first cell."""
    rows = page.split(f"| {heading} |")[1].split("\n\n")[0].splitlines()[2:]
    cells = ([cell.strip() for cell in row.strip("| ").split(" | ")] for row in rows)
    return {first.strip("`"): rest for first, *rest in cells}


def whole(text):
    """A number without its thousands separators."""
    return int(text.replace(",", ""))


class Documented(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.template = source()
        cls.resources = cls.template["Resources"]
        cls.alarms = {name: each["Properties"] for name, each in of_type(cls.template, "AWS::CloudWatch::Alarm").items()}
        cls.http, cls.websocket = (cls.resources[name]["Properties"] for name in ("HttpApi", "WebSocketApi"))

    def test_every_alarm_and_the_budget_are_told_with_what_to_do(self):
        rows = table(DEPLOY, "alarm")
        self.assertEqual(list(rows), [*self.alarms, "Budget"])
        for name, alarm in self.alarms.items():
            when, what_to_do = rows[name]
            self.assertIn(SAID[alarm["Threshold"]], when, name)
            self.assertTrue(what_to_do)
            periods = [each["MetricStat"]["Period"] for each in alarm.get("Metrics", []) if "MetricStat" in each]
            self.assertEqual(set(periods or [alarm["Period"]]), {300}, name)
        notices = self.resources["Budget"]["Properties"]["NotificationsWithSubscribers"]
        for notice in (each["Notification"] for each in notices):
            self.assertIn(f"{notice['Threshold']}%", rows["Budget"][0])

    def test_the_bill_counts_the_metrics_of_the_alarms(self):
        watched = [1 if "MetricName" in alarm else sum("MetricStat" in each for each in alarm["Metrics"])
                   for alarm in self.alarms.values()]
        own = of_type(self.template, "AWS::Logs::MetricFilter")
        self.assertEqual(len(own), 1)
        self.assertIn(f"$0.10 for each of the {sum(watched)} metrics", COSTS)

    def test_the_throttles_are_the_templates(self):
        text = " ".join(DEPLOY.split("## API Gateway's limits")[1].split("\n## ")[0].split())
        connect, frames, typing, http = map(whole, re.search(
            r"\(([\d,]+) a second\) below it.*\(([\d,]+) a second\), typing one of its own \(([\d,]+)\), the HTTP API another"
            r" \(([\d,]+)\)", text).groups())
        routes = self.websocket["RouteSettings"]
        self.assertEqual(connect, routes["$connect"]["ThrottlingRateLimit"])
        self.assertEqual(typing, routes["typing"]["ThrottlingRateLimit"])
        self.assertEqual(frames, self.websocket["DefaultRouteSettings"]["ThrottlingRateLimit"])
        self.assertEqual(http, self.http["DefaultRouteSettings"]["ThrottlingRateLimit"])
        passwords = int(re.search(r"one's own password, .* a throttle of (\d+) a second each", text)[1])
        for route in ("POST /api/auth/login", "POST /api/auth/register", "PUT /api/auth/password"):
            self.assertEqual(self.http["RouteSettings"][route]["ThrottlingRateLimit"], passwords, route)

    def test_a_day_of_an_attack_costs_what_its_throttle_lets_through(self):
        prices = re.search(
            r"frame that is refused costs \$([\d.]+) a million .* handshake that is refused \$([\d.]+), a call \$([\d.]+), a"
            r" login whose password is checked \$([\d.]+)\.", " ".join(COSTS.split())).groups()
        rows = table(COSTS, "attack")
        throttles = {
            "frames past the limits": self.websocket["DefaultRouteSettings"],
            "handshakes": self.websocket["RouteSettings"]["$connect"],
            "HTTP calls, with or without a token": self.http["DefaultRouteSettings"],
            "logins": self.http["RouteSettings"]["POST /api/auth/login"],
        }
        for (attack, throttle), price in zip(throttles.items(), map(float, prices), strict=True):
            from_one, from_many, stopped_by = rows[attack]
            rate = throttle["ThrottlingRateLimit"]
            dollars = rate * SECONDS_OF_DAY / 1e6 * price
            said = from_one if from_many == "the same" else from_many
            self.assertAlmostEqual(float(re.search(r"\$([\d.]+)", said)[1]) / dollars, 1, delta=0.02, msg=attack)
            self.assertIn(f"{rate:,} a second", stopped_by, attack)

    def test_the_quota_is_enough_for_the_concurrency_that_is_reserved(self):
        # AWS keeps 100 for functions that reserve none.
        of_all = {reserved: 8 * reserved + 100 for reserved in (42, 168)}
        self.assertEqual(len(of_type(self.template, "AWS::Serverless::Function")), 8)
        for reserved, quota in of_all.items():
            self.assertIn(f"{quota:,} with {reserved}", DEPLOY)
            self.assertIn(f"| {reserved} |", DEPLOY)

    def test_unused_connections_are_closed_after_the_codes_time(self):
        code = (ROOT / "shared/src/db/mod.rs").read_text()
        seconds = re.search(r"MOST_IDLE: Duration = Duration::from_secs\((\d+)\)", code)[1]
        self.assertIn(f"A connection that was not used for {seconds} s is closed", DEPLOY)

    def test_the_commands_of_aws_are_aws_own(self):
        pages = [page.read_text() for page in sorted((ROOT / "docs").glob("*.md"))]
        fences = [fence for page in pages for fence in re.findall(r"^```sh aws\n(.*?)^```", page, re.MULTILINE | re.DOTALL)]
        # One command may be in another, as in "$(…)".
        parts = [part for fence in fences for part in re.split(r'"\$\(|\)"|\n', fence)]
        commands = [part for part in parts if part.startswith("aws ")]
        self.assertGreater(len(commands), 3)
        for command in commands:
            with self.subTest(command):
                self.check(shlex.split(command)[1:])

    def check(self, words):
        """That AWS has the service, the operation and its options, and answers with what `--query` picks."""
        service, operation, *options = words
        name = "".join(map(str.capitalize, operation.split("-")))
        model = boto3.client(service, region_name="eu-central-1").meta.service_model.operation_model(name)
        known = {re.sub(r"(?<=[a-z])(?=[A-Z])", "-", each).lower() for each in model.input_shape.members}
        for option in (each for each in options if each.startswith("--")):
            self.assertIn(option.removeprefix("--"), known | {"query", "output"})
        if "--query" in options:
            shape = model.output_shape
            for step in options[options.index("--query") + 1].split("."):
                # The names in a map are ours.
                shape = shape.value if shape.type_name == "map" else shape.members[step]


if __name__ == "__main__":
    unittest.main()
