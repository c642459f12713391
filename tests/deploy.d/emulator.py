"""Runs ministack with what its IAM lacks to judge our policies. Decides nothing itself.

ministack evaluates `aws:ResourceTag` only for the services in a table, and takes the resource of a
request from a list of parameters. Both miss what `template.yaml` relies on: the tags of EC2, RDS and
Auto Scaling, and the resource of the calls that write tags. Added here, from ministack's own state.
Of a batch only the first resource is judged, as ministack does.
"""

from ministack import app
from ministack.core import iam_actions
from ministack.services import autoscaling, ec2, rds, tagging


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


def resource_of_tag_writes_too(service, method, path, headers, body, params, region, account):
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
    return resource_of(service, method, path, headers, body, params, region, account)


iam_actions.extract_resource_arn = resource_of_tag_writes_too

if __name__ == "__main__":
    app.main()
