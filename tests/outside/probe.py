#!/usr/bin/env python3
"""Probes the local AWS with boto3, a client that shares no code with the functions.

Usage: probe.py <endpoint URL>     (needs boto3; talks to nothing but that URL)

Each probe is a behaviour that the functions rely on. Prints one line per probe that fails, and
ends with a count; the exit status is 1 if any failed.
"""

import json
import sys
import traceback
import uuid

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

REGION = "eu-west-1"
PROBES = []


def probe(function):
    PROBES.append(function)
    return function


class Aws:
    """Clients of one endpoint."""

    def __init__(self, endpoint):
        if not endpoint.startswith("http://127.0.0.1:"):
            raise SystemExit(f"`{endpoint}` is not on 127.0.0.1")
        self.endpoint = endpoint

    def client(self, service, region=REGION, key="local", secret="local", token=None):
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=region,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
            # One attempt: a probe wants the first answer.
            config=Config(retries={"total_max_attempts": 1}),
        )


def unique(prefix):
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def fails(code, status, call, text=None, **parameters):
    """The call is refused with this code and HTTP status."""
    try:
        answer = call(**parameters)
    except ClientError as error:
        got = error.response["Error"]["Code"]
        assert got == code, f"{got} instead of {code}: {error}"
        got = error.response["ResponseMetadata"]["HTTPStatusCode"]
        assert got == status, f"HTTP {got} instead of {status}"
        message = error.response["Error"].get("Message", "")
        assert text is None or text in message, f"`{text}` not in `{message}`"
        assert error.response["ResponseMetadata"].get("RequestId"), "no request id"
        return
    raise AssertionError(f"{code} expected, got {answer}")


@probe
def sts_says_who_calls(aws):
    identity = aws.client("sts").get_caller_identity()
    assert identity["Account"] == "111111111111", identity
    other = aws.client("sts", key="222222222222").get_caller_identity()
    assert other["Account"] == "222222222222", other


@probe
def sts_refuses_a_role_that_is_missing(aws):
    role = "arn:aws:iam::222222222222:role/missing"
    fails(
        "AccessDenied", 403, aws.client("sts").assume_role,
        text=f"is not authorized to perform: sts:AssumeRole on resource: {role}",
        RoleArn=role, RoleSessionName="probe",
    )


@probe
def an_unknown_access_key_is_refused_in_each_protocol(aws):
    fails("AuthFailure", 401, aws.client("ec2", key="nobody").describe_instances)
    fails("InvalidClientTokenId", 403, aws.client("sts", key="nobody").get_caller_identity)
    fails(
        "UnrecognizedClientException", 400,
        aws.client("ssm", key="nobody").get_parameter, Name="/x",
    )
    fails("InvalidAccessKeyId", 403, aws.client("s3", key="nobody").list_objects_v2, Bucket="xxx")


@probe
def what_is_not_served_is_an_error(aws):
    fails("InvalidAction", 400, aws.client("ec2").describe_vpn_gateways)
    fails("InvalidAction", 400, aws.client("sts").get_session_token)
    fails("UnknownOperationException", 400, aws.client("ssm").describe_parameters)
    fails("NotImplemented", 501, aws.client("s3").list_buckets)


@probe
def ssm_parameters_have_versions_and_types(aws):
    ssm, name = aws.client("ssm"), "/" + unique("probe")
    first = ssm.put_parameter(Name=name, Value="one", Type="String")
    assert first["Version"] == 1 and first["Tier"] == "Standard", first
    fails("ParameterAlreadyExists", 400, ssm.put_parameter, Name=name, Value="two", Type="String")
    assert ssm.put_parameter(Name=name, Value="two", Overwrite=True)["Version"] == 2
    got = ssm.get_parameter(Name=name)["Parameter"]
    assert (got["Value"], got["Version"], got["Type"]) == ("two", 2, "String"), got
    assert got["ARN"] == f"arn:aws:ssm:{REGION}:111111111111:parameter{name}", got
    assert ssm.get_parameter(Name=f"{name}:1")["Parameter"]["Value"] == "one"
    secret = name + "/secret"
    ssm.put_parameter(Name=secret, Value="hidden", Type="SecureString")
    assert ssm.get_parameter(Name=secret)["Parameter"]["Value"] != "hidden"
    shown = ssm.get_parameter(Name=secret, WithDecryption=True)["Parameter"]["Value"]
    assert shown == "hidden", shown
    several = ssm.get_parameters(Names=[name, "/missing"])
    assert several["InvalidParameters"] == ["/missing"], several
    ssm.delete_parameter(Name=name)
    fails("ParameterNotFound", 400, ssm.get_parameter, Name=name)
    fails("ParameterNotFound", 400, ssm.delete_parameter, Name=name)


@probe
def ssm_refuses_bad_names_and_values(aws):
    ssm = aws.client("ssm")
    put = lambda **given: dict(Value="x", Type="String", **given)
    fails("ValidationException", 400, ssm.put_parameter, **put(Name="a b"))
    fails("ValidationException", 400, ssm.put_parameter, **put(Name="a/b"))
    fails("ValidationException", 400, ssm.put_parameter, **put(Name="awsome"))
    fails("AccessDeniedException", 400, ssm.put_parameter, **put(Name="/aws/x"))
    fails("HierarchyLevelLimitExceededException", 400, ssm.put_parameter, **put(Name="/x" * 16))
    fails("ValidationException", 400, ssm.put_parameter, Name="/long", Value="x" * 4097, Type="String")
    fails("ValidationException", 400, ssm.put_parameter, Name="/untyped", Value="x")


@probe
def ssm_lists_by_path_in_pages(aws):
    ssm, path = aws.client("ssm"), "/" + unique("probe")
    for number in range(23):
        ssm.put_parameter(Name=f"{path}/{number:02}", Value="x", Type="String")
    ssm.put_parameter(Name=f"{path}/deep/er", Value="x", Type="String")
    ssm.put_parameter(Name=f"{path}x", Value="x", Type="String")
    pages = list(ssm.get_paginator("get_parameters_by_path").paginate(Path=path))
    assert [len(page["Parameters"]) for page in pages] == [10, 10, 3], pages
    deep = ssm.get_paginator("get_parameters_by_path").paginate(Path=path, Recursive=True)
    assert sum(len(page["Parameters"]) for page in deep) == 24
    fails("ValidationException", 400, ssm.get_parameters_by_path, Path=path, MaxResults=11)
    fails("ValidationException", 400, ssm.get_parameters_by_path, Path="no-slash")
    fails("InvalidNextToken", 400, ssm.get_parameters_by_path, Path=path, NextToken="made-up")


@probe
def ssm_windows_are_filtered_and_paged(aws):
    ssm, prefix = aws.client("ssm"), unique("probe")
    for number in range(11):
        ssm.create_maintenance_window(
            Name=f"{prefix}-{number}", Schedule="rate(1 day)", Duration=2, Cutoff=1,
            AllowUnassociatedTargets=False,
        )
    named = ssm.describe_maintenance_windows(
        Filters=[{"Key": "Name", "Values": [f"{prefix}-3"]}]
    )["WindowIdentities"]
    assert [window["Name"] for window in named] == [f"{prefix}-3"], named
    assert named[0]["NextExecutionTime"].endswith("Z") and named[0]["Duration"] == 2, named
    first = ssm.describe_maintenance_windows(MaxResults=10)
    assert len(first["WindowIdentities"]) == 10 and first["NextToken"], first
    fails("ValidationException", 400, ssm.describe_maintenance_windows,
          Filters=[{"Key": "Nome", "Values": ["x"]}])


@probe
def regions_and_accounts_do_not_see_each_other(aws):
    name = "/" + unique("probe")
    aws.client("ssm").put_parameter(Name=name, Value="here", Type="String")
    for elsewhere in (aws.client("ssm", region="us-east-1"), aws.client("ssm", key="222222222222")):
        fails("ParameterNotFound", 400, elsewhere.get_parameter, Name=name)


@probe
def events_fail_one_by_one(aws):
    events = aws.client("events")
    entry = lambda **given: {"Source": "probe", "DetailType": "t", "Detail": "{}", **given}
    answer = events.put_events(Entries=[
        entry(), entry(Source="aws.ec2"), entry(Detail="[1]"), entry(Detail="not json"),
        {"DetailType": "t", "Detail": "{}"},
    ])
    codes = [one.get("ErrorCode") for one in answer["Entries"]]
    assert answer["FailedEntryCount"] == 4, answer
    assert codes == [
        None, "NotAuthorizedForSourceException", "MalformedDetail", "MalformedDetail",
        "InvalidArgument",
    ], codes
    assert answer["Entries"][0]["EventId"], answer
    fails("ValidationException", 400, events.put_events, Entries=[entry()] * 11)
    large = json.dumps({"x": "y" * 256 * 1024})
    fails("ValidationException", 400, events.put_events, Entries=[entry(Detail=large)])


@probe
def sns_publishes_to_topics_that_exist(aws):
    sns, name = aws.client("sns"), unique("probe")
    topic = sns.create_topic(Name=name)["TopicArn"]
    assert topic == f"arn:aws:sns:{REGION}:111111111111:{name}", topic
    assert sns.create_topic(Name=name)["TopicArn"] == topic
    assert sns.publish(TopicArn=topic, Subject="s", Message="m")["MessageId"]
    fails("NotFound", 404, sns.publish, TopicArn=topic + "x", Message="m")
    fails("InvalidParameter", 400, sns.publish, TopicArn=topic, Message="m" * 262_145)
    fails("InvalidParameter", 400, sns.publish, TopicArn=topic, Message="m", Subject="x" * 101)


def secret(aws, value="one", **given):
    """A secret of its own name."""
    client = aws.client("secretsmanager")
    answer = client.create_secret(Name=unique("probe/secret"), SecretString=value, **given)
    return client, answer["ARN"], answer["VersionId"]


def labels(client, arn):
    return client.describe_secret(SecretId=arn).get("VersionIdsToStages", {})


@probe
def secretsmanager_moves_labels_with_values(aws):
    client, arn, first = secret(aws)
    second, third = str(uuid.uuid4()), str(uuid.uuid4())
    client.put_secret_value(SecretId=arn, ClientRequestToken=second, SecretString="two")
    assert labels(client, arn) == {first: ["AWSPREVIOUS"], second: ["AWSCURRENT"]}
    put = {"SecretId": arn, "ClientRequestToken": third, "VersionStages": ["AWSPENDING"]}
    client.put_secret_value(SecretString="three", **put)
    client.put_secret_value(SecretString="three", **put)
    fails("ResourceExistsException", 400, client.put_secret_value, text=third,
          SecretString="other", **put)
    assert client.get_secret_value(SecretId=arn)["SecretString"] == "two"
    move = {"SecretId": arn, "VersionStage": "AWSCURRENT", "MoveToVersionId": third}
    fails("InvalidParameterException", 400, client.update_secret_version_stage,
          text=f"attached to version {second}", **move)
    fails("InvalidParameterException", 400, client.update_secret_version_stage,
          RemoveFromVersionId=first, **move)
    client.update_secret_version_stage(RemoveFromVersionId=second, **move)
    got = labels(client, arn)
    assert got == {second: ["AWSPREVIOUS"], third: ["AWSCURRENT", "AWSPENDING"]}, got
    assert client.get_secret_value(SecretId=arn)["VersionId"] == third
    fails("InvalidParameterException", 400, client.update_secret_version_stage,
          text="You can only move staging label AWSCURRENT", SecretId=arn,
          VersionStage="AWSCURRENT", RemoveFromVersionId=third)


@probe
def secretsmanager_tells_a_missing_value_from_a_label_elsewhere(aws):
    client, arn, first = secret(aws)
    fails("ResourceNotFoundException", 400, client.get_secret_value, SecretId=arn,
          VersionId=str(uuid.uuid4()))
    fails("ResourceNotFoundException", 400, client.get_secret_value, SecretId=arn,
          VersionStage="AWSPENDING",
          text="can't find the specified secret value for staging label: AWSPENDING")
    fails("InvalidRequestException", 400, client.get_secret_value, SecretId=arn, VersionId=first,
          VersionStage="AWSPENDING",
          text="a VersionStage that is not associated to the provided VersionId.")
    fails("ResourceNotFoundException", 400, client.get_secret_value, SecretId=unique("missing"),
          text="Secrets Manager can't find the specified secret.")
    fails("ValidationException", 400, client.get_secret_value, SecretId="a b", text="Invalid name.")


@probe
def secretsmanager_registers_a_rotation_without_a_value(aws):
    client, arn, first = secret(aws)
    token = str(uuid.uuid4())
    rotate = {"SecretId": arn, "ClientRequestToken": token}
    fails("InvalidRequestException", 400, client.rotate_secret, **rotate)
    function = f"arn:aws:lambda:{REGION}:111111111111:function:probe"
    answer = client.rotate_secret(RotationLambdaARN=function, **rotate,
                                  RotationRules={"AutomaticallyAfterDays": 30})
    assert answer["VersionId"] == token, answer
    described = client.describe_secret(SecretId=arn)
    assert described["RotationEnabled"] and described["RotationLambdaARN"] == function, described
    assert described["NextRotationDate"] > described["CreatedDate"], described
    assert labels(client, arn) == {first: ["AWSCURRENT"], token: ["AWSPENDING"]}
    fails("ResourceNotFoundException", 400, client.get_secret_value, SecretId=arn, VersionId=token,
          VersionStage="AWSPENDING")
    fails("InvalidRequestException", 400, client.rotate_secret, SecretId=arn,
          text="A previous rotation isn't complete. That rotation will be reattempted.")
    client.put_secret_value(SecretString="by hand", SecretId=arn)
    assert token not in labels(client, arn)
    client.cancel_rotate_secret(SecretId=arn)
    assert client.describe_secret(SecretId=arn)["RotationEnabled"] is False


@probe
def secretsmanager_makes_passwords(aws):
    make = aws.client("secretsmanager").get_random_password
    password = make(PasswordLength=40, ExcludePunctuation=True)["RandomPassword"]
    assert len(password) == 40 and password.isalnum(), password
    assert make()["RandomPassword"] != make()["RandomPassword"]
    assert make(PasswordLength=1, RequireEachIncludedType=False)["RandomPassword"]
    fails("InvalidParameterException", 400, make, PasswordLength=3,
          text="Password length is too short based on the required types.")
    fails("InvalidParameterException", 400, make, ExcludeCharacters="0123456789")
    fails("ValidationException", 400, make, PasswordLength=4097,
          text="Member must have value less than or equal to 4096")


@probe
def secretsmanager_deletes_and_restores(aws):
    client, arn, _ = secret(aws, Tags=[{"Key": "team", "Value": "blue"}])
    name = client.describe_secret(SecretId=arn)["Name"]
    fails("ResourceExistsException", 400, client.create_secret, Name=name, SecretString="x")
    client.delete_secret(SecretId=name, RecoveryWindowInDays=7)
    fails("InvalidRequestException", 400, client.get_secret_value, SecretId=arn,
          text="because it was marked for deletion.")
    fails("InvalidRequestException", 400, client.create_secret, Name=name, SecretString="x")
    assert client.describe_secret(SecretId=arn)["DeletedDate"]
    client.restore_secret(SecretId=arn)
    assert client.get_secret_value(SecretId=arn)["SecretString"] == "one"
    client.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
    fails("ResourceNotFoundException", 400, client.describe_secret, SecretId=arn)


@probe
def secretsmanager_keeps_binaries_and_lists_in_pages(aws):
    client, arn, _ = secret(aws)
    client.put_secret_value(SecretId=arn, SecretBinary=bytes(range(256)))
    assert client.get_secret_value(SecretId=arn)["SecretBinary"] == bytes(range(256))
    fails("ValidationException", 400, client.put_secret_value, SecretId=arn,
          SecretString="x" * 65_537)
    mark = unique("listed")
    for number in range(5):
        client.create_secret(Name=f"{mark}/{number}")
    pages = client.get_paginator("list_secrets").paginate(
        Filters=[{"Key": "name", "Values": [mark]}], PaginationConfig={"PageSize": 2}
    )
    assert [len(page["SecretList"]) for page in pages] == [2, 2, 1]


@probe
def organizations_needs_an_organization(aws):
    fails(
        "AWSOrganizationsNotInUseException", 400,
        aws.client("organizations", region="us-east-1", key="333333333333")
        .list_accounts_for_parent, ParentId="r-loc1",
    )


@probe
def s3_keeps_objects(aws):
    s3, bucket = aws.client("s3"), unique("probe")
    fails("IllegalLocationConstraintException", 400, s3.create_bucket, Bucket=bucket)
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    fails("BucketAlreadyOwnedByYou", 409, s3.create_bucket, Bucket=bucket,
          CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=bucket, Key="a b/\u00e9", Body=b"hello", Metadata={"m": "1"})
    got = s3.get_object(Bucket=bucket, Key="a b/\u00e9")
    assert got["Body"].read() == b"hello" and got["Metadata"] == {"m": "1"}, got
    assert got["ETag"] == '"5d41402abc4b2a76b9719d911017c592"', got
    part = s3.get_object(Bucket=bucket, Key="a b/\u00e9", Range="bytes=1-2")
    assert part["Body"].read() == b"el" and part["ContentRange"] == "bytes 1-2/5", part
    assert s3.head_object(Bucket=bucket, Key="a b/\u00e9")["ContentLength"] == 5
    fails("404", 404, s3.head_object, Bucket=bucket, Key="missing")
    fails("NoSuchKey", 404, s3.get_object, Bucket=bucket, Key="missing")
    fails("NoSuchBucket", 404, s3.get_object, Bucket="probe-missing", Key="k")
    for number in range(5):
        s3.put_object(Bucket=bucket, Key=f"n/{number}", Body=b"")
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix="n/", PaginationConfig={"PageSize": 2}
    )
    assert [page["KeyCount"] for page in pages] == [2, 2, 1]
    fails("SignatureDoesNotMatch", 403, aws.client("s3", secret="wrong").get_object,
          Bucket=bucket, Key="n/0")
    fails("AccessDenied", 403, aws.client("s3", key="222222222222").get_object,
          Bucket=bucket, Key="n/0")

def launched(aws, count=1, **given):
    """Instances of their own tag value, running."""
    ec2, mark = aws.client("ec2"), unique("probe")
    tags = [{"Key": "Probe", "Value": mark}]
    answer = ec2.run_instances(
        ImageId="ami-0123456789abcdef0", InstanceType="t3.micro", MinCount=count, MaxCount=count,
        TagSpecifications=[{"ResourceType": "instance", "Tags": tags}], **given,
    )
    ids = [instance["InstanceId"] for instance in answer["Instances"]]
    states = {instance["State"]["Name"] for instance in answer["Instances"]}
    assert states == {"pending"}, states
    wait(ec2, "instance_running", ids)
    return ec2, ids, mark


def wait(ec2, state, ids):
    ec2.get_waiter(state).wait(InstanceIds=ids, WaiterConfig={"Delay": 1, "MaxAttempts": 90})


def states(ec2, ids):
    pages = ec2.get_paginator("describe_instances").paginate(InstanceIds=ids)
    found = {
        instance["InstanceId"]: instance["State"]["Name"]
        for page in pages for reservation in page["Reservations"]
        for instance in reservation["Instances"]
    }
    return [found[one] for one in ids]


@probe
def ec2_stops_and_starts_through_transitions(aws):
    ec2, ids, _ = launched(aws, 2)
    change = ec2.stop_instances(InstanceIds=ids)["StoppingInstances"]
    assert {one["PreviousState"]["Name"] for one in change} == {"running"}, change
    assert {one["CurrentState"]["Name"] for one in change} == {"stopping"}, change
    wait(ec2, "instance_stopped", ids)
    again = ec2.stop_instances(InstanceIds=ids)["StoppingInstances"]
    assert {one["CurrentState"]["Name"] for one in again} == {"stopped"}, again
    stopped = ec2.describe_instances(InstanceIds=ids[:1])["Reservations"][0]["Instances"][0]
    assert stopped["StateReason"]["Code"] == "Client.UserInitiatedShutdown", stopped
    assert stopped["StateTransitionReason"].startswith("User initiated ("), stopped
    change = ec2.start_instances(InstanceIds=ids)["StartingInstances"]
    assert {one["CurrentState"]["Name"] for one in change} == {"pending"}, change
    wait(ec2, "instance_running", ids)
    ec2.terminate_instances(InstanceIds=ids)
    wait(ec2, "instance_terminated", ids)
    fails("IncorrectInstanceState", 400, ec2.start_instances, InstanceIds=ids[:1],
          text=f"The instance '{ids[0]}' is not in a state from which it can be started.")


@probe
def ec2_refuses_a_whole_batch_for_one_bad_id(aws):
    ec2, ids, _ = launched(aws)
    missing = ["i-00000000000000bad", "i-00000000000001bad"]
    fails("InvalidInstanceID.NotFound", 400, ec2.stop_instances, InstanceIds=ids + missing[:1],
          text=f"The instance ID '{missing[0]}' does not exist")
    fails("InvalidInstanceID.NotFound", 400, ec2.stop_instances, InstanceIds=ids + missing,
          text=f"The instance IDs '{missing[0]}, {missing[1]}' do not exist")
    fails("InvalidInstanceID.Malformed", 400, ec2.stop_instances, InstanceIds=ids + ["i-x"],
          text='Invalid id: "i-x"')
    fails("InvalidInstanceID.NotFound", 400, ec2.describe_instances, InstanceIds=missing[:1])
    assert states(ec2, ids) == ["running"]


@probe
def ec2_dry_runs_do_nothing(aws):
    ec2, ids, _ = launched(aws)
    for call in (ec2.stop_instances, ec2.terminate_instances):
        fails("DryRunOperation", 412, call, InstanceIds=ids, DryRun=True,
              text="Request would have succeeded, but DryRun flag is set.")
    assert states(ec2, ids) == ["running"]


@probe
def ec2_filters_and_pages(aws):
    ec2, ids, mark = launched(aws, 12)
    tag = {"Name": "tag:Probe", "Values": [mark]}
    listing = ec2.get_paginator("describe_instances")
    pages = list(listing.paginate(Filters=[tag], PaginationConfig={"PageSize": 5}))
    sizes = [sum(len(one["Instances"]) for one in page["Reservations"]) for page in pages]
    assert sizes == [5, 5, 2], sizes
    zone = ec2.describe_instances(InstanceIds=ids[:1])["Reservations"][0]["Instances"][0]
    zone = zone["Placement"]["AvailabilityZone"]
    count = lambda *filters: sum(
        len(one["Instances"])
        for page in listing.paginate(Filters=[tag, *filters]) for one in page["Reservations"]
    )
    assert count({"Name": "availability-zone", "Values": [zone]}) == 12
    assert count({"Name": "availability-zone", "Values": ["eu-west-1z"]}) == 0
    assert count({"Name": "instance-state-name", "Values": ["stopped"]}) == 0
    assert count({"Name": "tag-key", "Values": ["Pro*"]}) == 12
    assert count({"Name": "instance-type", "Values": ["t3.*", "x"]}) == 12
    fails("InvalidParameterValue", 400, ec2.describe_instances,
          Filters=[{"Name": "no-such-filter", "Values": ["x"]}])
    fails("InvalidParameterCombination", 400, ec2.describe_instances, InstanceIds=ids, MaxResults=5)
    fails("InvalidParameterValue", 400, ec2.describe_instances, MaxResults=1001)
    try:
        ec2.describe_instances(Filters=[tag], NextToken="made-up")
        raise AssertionError("a made-up token was accepted")
    except ClientError as error:
        assert "oken" in str(error), error


@probe
def ec2_tags_have_rules(aws):
    ec2, ids, _ = launched(aws)
    named = lambda: {
        one["Key"]: one["Value"]
        for one in ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": ids}])["Tags"]
    }
    ec2.create_tags(Resources=ids, Tags=[{"Key": "A", "Value": "1"}, {"Key": "B", "Value": "2"}])
    ec2.delete_tags(Resources=ids, Tags=[{"Key": "A", "Value": "other"}, {"Key": "B"}])
    assert named().get("A") == "1" and "B" not in named(), named()
    fails("InvalidInstanceID.NotFound", 400, ec2.create_tags,
          Resources=ids + ["i-00000000000000bad"], Tags=[{"Key": "C", "Value": "3"}])
    assert "C" not in named()
    fails("InvalidParameterValue", 400, ec2.create_tags, Resources=ids,
          Tags=[{"Key": "aws:x", "Value": "1"}])
    fails("TagLimitExceeded", 400, ec2.create_tags, Resources=ids,
          Tags=[{"Key": f"k{n}", "Value": ""} for n in range(50)])


@probe
def ec2_attributes_of_running_instances_are_fixed(aws):
    ec2, ids, _ = launched(aws)
    one = ids[0]
    larger = {"InstanceId": one, "InstanceType": {"Value": "t3.large"}}
    fails("IncorrectInstanceState", 400, ec2.modify_instance_attribute, **larger)
    fails("UnsupportedHibernationConfiguration", 400, ec2.stop_instances, InstanceIds=ids,
          Hibernate=True)
    ec2.modify_instance_attribute(InstanceId=one, DisableApiStop={"Value": True})
    fails("OperationNotPermitted", 400, ec2.stop_instances, InstanceIds=ids,
          text="Modify its 'disableApiStop' instance attribute and try again.")
    ec2.modify_instance_attribute(InstanceId=one, DisableApiStop={"Value": False})
    ec2.stop_instances(InstanceIds=ids)
    wait(ec2, "instance_stopped", ids)
    ec2.modify_instance_attribute(**larger)
    kind = ec2.describe_instance_attribute(InstanceId=one, Attribute="instanceType")
    assert kind["InstanceType"]["Value"] == "t3.large", kind


@probe
def ec2_hibernates_what_was_launched_for_it(aws):
    ec2, ids, _ = launched(aws, HibernationOptions={"Configured": True})
    ec2.stop_instances(InstanceIds=ids, Hibernate=True)
    wait(ec2, "instance_stopped", ids)


@probe
def ec2_regions_are_apart(aws):
    _, ids, _ = launched(aws)
    elsewhere = aws.client("ec2", region="us-east-1")
    fails("InvalidInstanceID.NotFound", 400, elsewhere.describe_instances, InstanceIds=ids)
    names = [one["RegionName"] for one in elsewhere.describe_regions()["Regions"]]
    assert {"eu-west-1", "us-east-1"} <= set(names), names


@probe
def rds_refuses_what_does_not_exist(aws):
    rds = aws.client("rds")
    name = unique("probe")
    fails("DBInstanceNotFound", 404, rds.stop_db_instance, DBInstanceIdentifier=name)
    fails("DBInstanceNotFound", 404, rds.start_db_instance, DBInstanceIdentifier=name)
    fails("DBInstanceNotFound", 404, rds.describe_db_instances, DBInstanceIdentifier=name)
    fails("DBClusterNotFoundFault", 404, rds.stop_db_cluster, DBClusterIdentifier=name)
    fails("DBClusterNotFoundFault", 404, rds.describe_db_clusters, DBClusterIdentifier=name)
    fails("InvalidParameterValue", 400, rds.describe_db_instances, MaxRecords=101)
    fails("InvalidAction", 400, rds.describe_db_snapshots)


@probe
def autoscaling_refuses_what_does_not_exist(aws):
    autoscaling, name = aws.client("autoscaling"), unique("probe")
    listed = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])
    assert listed["AutoScalingGroups"] == [], listed
    fails("ValidationError", 400, autoscaling.update_auto_scaling_group,
          AutoScalingGroupName=name, MinSize=0)
    fails("ValidationError", 400, autoscaling.set_desired_capacity,
          AutoScalingGroupName=name, DesiredCapacity=0)
    fails("ValidationError", 400, autoscaling.describe_auto_scaling_groups, MaxRecords=101)


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    aws, n_failed = Aws(sys.argv[1]), 0
    for one in PROBES:
        try:
            one(aws)
        except Exception as error:  # noqa: BLE001 -- a probe may fail in any way
            n_failed += 1
            place = traceback.extract_tb(error.__traceback__)
            line = next(frame.lineno for frame in reversed(place) if frame.filename == __file__)
            print(f"FAILED {one.__name__} (line {line}): {error or repr(error)}")
    print(f"{len(PROBES) - n_failed} of {len(PROBES)} probes passed")
    sys.exit(1 if n_failed else 0)


if __name__ == "__main__":
    main()
