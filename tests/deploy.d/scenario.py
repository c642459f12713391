"""Seeds a small fleet in two accounts, then checks what the deployed schedule made of it.

`scenario.py seed` before the deployment, `scenario.py check` after it; `tests/deploy` says which.
"""

import json
import os
import sys
import time
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError

HUB, SPOKE = "111111111111", "222222222222"
HERE, AWAY = "eu-west-1", "us-east-1"
EVENTS = Path(__file__).parents[2] / "events" / "instance-scheduler"

# Holds at every time of day, so that the check needs no particular one. No grace: the fleet is new.
OFF = {"override_status": "stopped", "grace": "PT0S"}
ON = {"override_status": "running", "grace": "PT0S"}

HOLIDAYS = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20261225\r
SUMMARY:Christmas\r
END:VEVENT\r
END:VCALENDAR\r
"""

# name -> (account, region, state before, tags, state after)
FLEET = {
    "runs out of hours": (HUB, HERE, "running", {"Schedule": "off"}, "stopped"),
    "is needed": (HUB, HERE, "stopped", {"Schedule": "always"}, "running"),
    "is needed and up": (HUB, HERE, "running", {"Schedule": "always"}, "running"),
    "overridden by hand": (
        HUB, HERE, "running", {"Schedule": "on", "caretaker:override": "stopped"}, "stopped",
    ),
    "not ours": (HUB, HERE, "running", {}, "running"),
    "ignored": (HUB, HERE, "running", {"Schedule": "ignore"}, "running"),
    "misspelled": (HUB, HERE, "running", {"Schedule": "of"}, "running"),
    "in another region": (HUB, AWAY, "running", {"Schedule": "off"}, "stopped"),
    "in another account": (SPOKE, HERE, "running", {"Schedule": "off"}, "stopped"),
    "not ours in another account": (SPOKE, HERE, "running", {}, "running"),
}


def client(service, account=HUB, region=HERE, **credentials):
    credentials = credentials or {"aws_access_key_id": account, "aws_secret_access_key": "test"}
    config = Config(read_timeout=120, retries={"max_attempts": 1})
    return boto3.client(service, region_name=region, config=config, **credentials)


def until(what, seconds, found):
    """The first true answer of `found`, or the end of the script."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        time.sleep(0.25)
    sys.exit(f"not after {seconds} s: {what}")


def pairs(tags):
    return [{"Key": key, "Value": value} for key, value in tags.items()]


# --- before the deployment ---


def answers():
    try:
        return client("sts").get_caller_identity()
    except EndpointConnectionError:
        return None


def seed():
    until("the emulator answers", 30, answers)
    for name, text in {
        "schedules/off": json.dumps(OFF),
        "schedules/on": json.dumps(ON),
        "calendars/holidays": "s3://calendars/holidays.ics",
    }.items():
        client("ssm").put_parameter(Name=f"/caretaker/{name}", Type="String", Value=text)
    client("s3").create_bucket(
        Bucket="calendars", CreateBucketConfiguration={"LocationConstraint": HERE}
    )
    client("s3").put_object(Bucket="calendars", Key="holidays.ics", Body=HOLIDAYS)
    for name, (account, region, state, tags, _) in FLEET.items():
        ec2 = client("ec2", account, region)
        specification = {"ResourceType": "instance", "Tags": pairs({"Name": name, **tags})}
        launched = ec2.run_instances(
            ImageId="ami-00000000", InstanceType="t3.micro", MinCount=1, MaxCount=1,
            TagSpecifications=[specification],
        )
        if state == "stopped":
            ec2.stop_instances(InstanceIds=[launched["Instances"][0]["InstanceId"]])

    client("rds").create_db_cluster(
        DBClusterIdentifier="shop", Engine="aurora-postgresql", MasterUsername="shop",
        MasterUserPassword="not-a-secret", Tags=pairs({"Schedule": "off"}),
    )
    autoscaling = client("autoscaling")
    autoscaling.create_launch_configuration(
        LaunchConfigurationName="web", ImageId="ami-00000000", InstanceType="t3.micro"
    )
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="web", LaunchConfigurationName="web", MinSize=1, MaxSize=4, DesiredCapacity=2,
        AvailabilityZones=[HERE + "a"],
        Tags=[{"Key": "Schedule", "Value": "off", "ResourceId": "web",
               "ResourceType": "auto-scaling-group", "PropagateAtLaunch": False}],
    )

    # A reader of the reports, as an operator would have one.
    queue = client("sqs").create_queue(QueueName="reports")["QueueUrl"]
    rule = {"source": [{"prefix": "caretaker"}]}
    client("events").put_rule(Name="reports", EventPattern=json.dumps(rule))
    client("events").put_targets(
        Rule="reports", Targets=[{"Id": "reports", "Arn": f"arn:aws:sqs:{HERE}:{HUB}:{queue.split('/')[-1]}"}]
    )


# --- after it ---


def fleet():
    """Of every instance: its id, its state, its tags."""
    found = {}
    for account, region in sorted({(account, region) for account, region, *_ in FLEET.values()}):
        for reservation in client("ec2", account, region).describe_instances()["Reservations"]:
            for instance in reservation["Instances"]:
                tags = {tag["Key"]: tag["Value"] for tag in instance["Tags"]}
                found[tags["Name"]] = (instance["InstanceId"], instance["State"]["Name"], tags)
    return found


def stack(account):
    pages = client("cloudformation", account).list_stack_resources(StackName="caretaker")
    return {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in pages["StackResourceSummaries"]}


def logs(group):
    events = client("logs").filter_log_events(logGroupName=group)["events"]
    return [event["message"].strip() for event in events]


def database():
    return client("rds").describe_db_clusters(DBClusterIdentifier="shop")["DBClusters"][0]["Status"]


def group():
    found = client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=["web"])
    return [found["AutoScalingGroups"][0][size] for size in ("MinSize", "MaxSize", "DesiredCapacity")]


def check():
    hub = stack(HUB)
    expected = {name: after for name, (*_, after) in FLEET.items()}

    def done():
        states = {name: state for name, (_, state, _) in fleet().items()}
        return states == expected and database() == "stopped" and group() == [0, 0, 0]

    began = time.monotonic()
    deadline = began + 130  # two ticks and some
    while not done() and time.monotonic() < deadline:
        time.sleep(0.5)
    differing = [
        f"{name}: {state}, should be {expected[name]}"
        for name, (_, state, _) in fleet().items() if state != expected[name]
    ]
    if database() != "stopped":
        differing.append(f"cluster shop: {database()}, should be stopped")
    if group() != [0, 0, 0]:
        differing.append(f"Auto Scaling group web: {group()}, should be [0, 0, 0]")
    if differing:
        print("\n".join(logs(hub["InstanceSchedulerLogs"])[-40:]), file=sys.stderr)
        sys.exit("the schedule did not do its work:\n  " + "\n  ".join(differing))
    print(f"the schedule fired and did its work within {time.monotonic() - began:.0f} s")

    assert any(key.startswith("caretaker:") for key in fleet()["runs out of hours"][2]), "nothing remembered"
    assert not any(key.startswith("caretaker:") for key in fleet()["not ours"][2]), "a foreign instance is tagged"

    refused = [line for line in logs(hub["InstanceSchedulerLogs"]) if "AccessDenied" in line or "Unauthorized" in line]
    assert not refused, f"the role did not suffice: {refused[0]}"
    letters = client("sqs").get_queue_attributes(
        QueueUrl=hub["InstanceSchedulerDeadLetters"], AttributeNames=["ApproximateNumberOfMessages"]
    )
    assert letters["Attributes"]["ApproximateNumberOfMessages"] == "0", "runs ended in the dead-letter queue"
    reports = client("sqs").get_queue_url(QueueName="reports")["QueueUrl"]
    until("a report on the event bus", 5, lambda: client("sqs").receive_message(QueueUrl=reports).get("Messages"))

    answers_by_hand(hub["InstanceScheduler"])
    judge_policies(hub)


def answers_by_hand(function):
    """The requests a person makes, through Lambda's own Invoke."""

    def invoke(name, event=None):
        payload = json.dumps(event) if event else (EVENTS / name).read_bytes()
        response = client("lambda").invoke(FunctionName=function, Payload=payload)
        answer = json.load(response["Payload"])
        assert "FunctionError" not in response, f"{name}: {answer}"
        return answer

    report = invoke("a dry run", {"dry_run": True})
    assert len(report["targets"]) == 4, report
    left = [line for target in report["targets"] for line in target["actions"]]
    assert not left, f"a second run on an unchanged world still plans {left}"
    unread = [warning for warning in report.get("warnings", []) if "calendar" in warning]
    assert not unread, unread

    explained = invoke("explain.json")
    assert explained["state"] == "stopped", explained
    assert explained["next"] == {"at": "2026-06-01T06:00:00Z", "state": "running"}, explained
    assert len(invoke("preview.json")["transitions"]) >= 10, "Monday 21 to Wednesday 23 and a week of January"
    assert invoke("lint.json"), "a lost minute before midnight is worth a warning"
    print("a second run plans nothing; explain, preview and lint answer")


def judge_policies(hub):
    """What the two policies of the template allow and refuse, by ministack's own evaluation."""
    iam = client("iam")
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{HUB}:root"}}]}
    role = iam.create_role(RoleName="judge", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    for policy in ("InstanceSchedulerLook", "InstanceSchedulerAct"):
        iam.attach_role_policy(RoleName="judge", PolicyArn=hub[policy])
    session = client("sts").assume_role(RoleArn=role, RoleSessionName="judge")["Credentials"]
    keys = {
        "aws_access_key_id": session["AccessKeyId"], "aws_secret_access_key": session["SecretAccessKey"],
        "aws_session_token": session["SessionToken"],
    }
    ec2, autoscaling = client("ec2", **keys), client("autoscaling", **keys)
    ours, foreign = fleet()["runs out of hours"][0], fleet()["not ours"][0]

    def expect(allowed, sentence, call, **arguments):
        try:
            call(**arguments)
            outcome = True
        except ClientError as error:
            assert error.response["Error"]["Code"] in ("UnauthorizedOperation", "AccessDenied"), error
            outcome = False
        assert outcome == allowed, f"{sentence}: {'allowed' if outcome else 'refused'}"

    mark = [{"Key": "caretaker:scheduler", "Value": "x"}]
    expect(True, "list instances", ec2.describe_instances)
    expect(True, "start a tagged instance", ec2.start_instances, InstanceIds=[ours])
    expect(True, "stop a tagged instance", ec2.stop_instances, InstanceIds=[ours])
    expect(True, "mark a tagged instance", ec2.create_tags, Resources=[ours], Tags=mark)
    expect(True, "unmark a tagged instance", ec2.delete_tags, Resources=[ours], Tags=mark)
    expect(False, "stop a foreign instance", ec2.stop_instances, InstanceIds=[foreign])
    expect(False, "mark a foreign instance", ec2.create_tags, Resources=[foreign], Tags=mark)
    expect(False, "write another tag", ec2.create_tags, Resources=[ours], Tags=pairs({"Name": "x"}))
    expect(False, "claim a foreign instance", ec2.create_tags, Resources=[foreign], Tags=pairs({"Schedule": "x"}))
    expect(False, "remove the schedule tag", ec2.delete_tags, Resources=[ours], Tags=[{"Key": "Schedule"}])
    expect(False, "remove all tags", ec2.delete_tags, Resources=[ours])
    expect(False, "terminate a tagged instance", ec2.terminate_instances, InstanceIds=[ours])
    resize, group = autoscaling.update_auto_scaling_group, {"AutoScalingGroupName": "web", "MinSize": 0}
    expect(True, "resize a tagged group", resize, **group, MaxSize=4)
    expect(False, "raise a group above the maximum", resize, **group, MaxSize=101)
    expect(False, "resize a group without a maximum", resize, **group)
    expect(False, "change what a group launches", resize, **group, MaxSize=4, LaunchConfigurationName="web")
    template = {"LaunchTemplateName": "mine"}
    expect(False, "change a group's template", resize, **group, MaxSize=4, LaunchTemplate=template)
    user_data = {"InstanceId": ours, "UserData": {"Value": b"#!/bin/sh"}}
    expect(False, "set the user data of a tagged instance", ec2.modify_instance_attribute, **user_data)
    print("the policies allow what is needed and refuse the rest")


if __name__ == "__main__":
    {"seed": seed, "check": check}[sys.argv[1]]()
