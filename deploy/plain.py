"""template.yaml as plain CloudFormation, translated by SAM's own translator without AWS."""

import os
import re
from pathlib import Path

from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

ROOT = Path(__file__).resolve().parent.parent
os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")


class ManagedPolicies:
    """What the translator would ask IAM for."""

    def load(self):
        arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
        return {"AWSLambdaBasicExecutionRole": arn}


def source():
    return yaml_parse((ROOT / "template.yaml").read_text())


def translate(parameters=None):
    template = source()
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":  # as `sam package` leaves it
            resource["Properties"]["CodeUri"] = f"s3://bucket/{name}.zip"
    return transform(template, dict(parameters or {}), ManagedPolicies())


def of_type(template, kind):
    return {name: each for name, each in template["Resources"].items() if each["Type"] == kind}


def references(value):
    """The names that a piece of a template refers to."""
    if isinstance(value, list):
        for each in value:
            yield from references(each)
    if not isinstance(value, dict):
        return
    for key, each in value.items():
        if key == "Ref":
            yield each
        elif key == "Fn::GetAtt":
            yield (each if isinstance(each, list) else each.split("."))[0]
        elif key == "Fn::Sub":
            text, own = (each, {}) if isinstance(each, str) else each
            names = (name.split(".")[0] for name in re.findall(r"\$\{([^!][^}]*)\}", text))
            yield from (name for name in names if name not in own)
            yield from references(own)
        elif key == "DependsOn":
            yield from [each] if isinstance(each, str) else each
        else:
            yield from references(each)
