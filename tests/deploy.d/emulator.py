"""Runs ministack with what its IAM lacks to judge our policies. Decides nothing itself.

ministack evaluates `aws:ResourceTag` only for the services in a table, and takes the resource of a
request from a list of parameters. Both miss what `template.yaml` relies on: the tags of EC2, RDS and
Auto Scaling, the resource of the calls that write tags, and the path of SSM; and it knows no condition
keys of EC2 and Auto Scaling. Added here, from ministack's own state and the request. Of a batch only
the first resource is judged, as ministack does.

`aws:PrincipalArn` of a session is the role's ARN on AWS, where ministack has the session's.

Schedules are looked at each second instead of every ten, so that a tick comes when it is due.
"""

import json

from ministack import app
from ministack.core import iam_actions, iam_evaluator
from ministack.services import autoscaling, ec2, eventbridge, rds, tagging


def arn(service, region, account, resource):
    return f"arn:aws:{service}:{region}:{account}:{resource}"


def ec2_tags():
    from ministack.core.responses import get_account_id, get_region

    for resource, tags in ec2._tags.items():
        yield arn("ec2", get_region(), get_account_id(), f"instance/{resource}"), tags


def rds_tags():
    yield from rds._tags.items()


def autoscaling_tags():
    from ministack.core.responses import get_account_id, get_region

    for name, group in autoscaling._asgs.items():
        # The `*` is how ministack names a group in a request: it has no id there.
        resource = f"autoScalingGroup:*:autoScalingGroupName/{name}"
        yield arn("autoscaling", get_region(), get_account_id(), resource), group.get("Tags", [])


tagging._RESOURCE_TAG_COLLECTORS.update(ec2=ec2_tags, rds=rds_tags, autoscaling=autoscaling_tags)

resource_of = iam_actions.extract_resource_arn


def resource_of_more(service, method, path, headers, body, params, region, account):
    def param(name):
        value = params.get(name, "")
        return value[0] if isinstance(value, list) else value

    if service == "ec2" and param("ResourceId.1").startswith("i-"):
        return arn("ec2", region, account, f"instance/{param('ResourceId.1')}")
    if service == "rds" and param("ResourceName"):
        return param("ResourceName")
    if service == "autoscaling" and param("Tags.member.1.ResourceId"):
        group = param("Tags.member.1.ResourceId")
        return arn("autoscaling", region, account, f"autoScalingGroup:*:autoScalingGroupName/{group}")
    if service == "ssm" and b'"Path"' in body:
        return arn("ssm", region, account, "parameter" + json.loads(body)["Path"])
    return resource_of(service, method, path, headers, body, params, region, account)


iam_actions.extract_resource_arn = resource_of_more

request_keys = iam_actions.request_tag_context


def request_keys_of_more(service, action, body, params):
    def param(name):
        value = params.get(name)
        return value[0] if isinstance(value, list) else value

    keys = dict(request_keys(service, action, body, params))
    if action == "autoscaling:UpdateAutoScalingGroup":
        for name in ("MinSize", "MaxSize", "LaunchConfigurationName"):
            if param(name) is not None:
                keys[f"autoscaling:{name}".lower()] = param(name)
        if any("LaunchTemplateName" in name or "LaunchTemplateId" in name for name in params):
            specified = str(bool(param("LaunchTemplate.Version"))).lower()
            keys["autoscaling:launchtemplateversionspecified"] = specified
    if action == "ec2:ModifyInstanceAttribute":
        set_members = [name.removesuffix(".Value") for name in params if name.endswith(".Value")]
        if set_members:
            keys["ec2:attribute"] = set_members[0]
    return keys


iam_actions.request_tag_context = request_keys_of_more

resolve_key = iam_evaluator._resolve_condition_key


def resolve_key_of_role(key, context):
    value = resolve_key(key, context)
    if key.lower() == "aws:principalarn" and ":assumed-role/" in value:
        account, role = value.split(":")[4], value.split("/")[1]
        return f"arn:aws:iam::{account}:role/{role}"
    return value


iam_evaluator._resolve_condition_key = resolve_key_of_role

eventbridge._SCHEDULER_TICK_INTERVAL = 1

if __name__ == "__main__":
    app.main()
