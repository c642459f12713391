//! Reads the deployment template as CloudFormation would: functions with their variables, events
//! and roles, and the roles and parameters beside them. Deploys nothing.

mod intrinsic;
mod policies;
mod reference;
mod stack;
mod yaml;

use std::{collections::BTreeMap, path::Path, sync::OnceLock};

use anyhow::Context as _;
use serde_json::Value;

pub use stack::{Event, Function, Stack};

use crate::aws::world::{HOME_ACCOUNT, HOME_REGION};

/// The text of a template, its short tags (`!Ref`) expanded to their long forms.
#[derive(Debug, Clone)]
pub struct Template(Value);

/// Where and how a template is deployed.
#[derive(Debug, Clone)]
pub struct Deployment {
    pub account: String,
    pub region: String,
    pub stack_name: String,
    /// Those that differ from their defaults.
    pub parameters: BTreeMap<String, String>,
}

impl Template {
    /// The `template.yaml` of this workspace, read once per process.
    pub fn of_workspace() -> anyhow::Result<&'static Self> {
        static READ: OnceLock<Template> = OnceLock::new();
        if let Some(template) = READ.get() {
            return Ok(template);
        }
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read `{}`", path.display()))?;
        let template = Self::parse(&text)?;
        Ok(READ.get_or_init(|| template))
    }

    pub fn parse(text: &str) -> anyhow::Result<Self> {
        yaml::parse(text).map(Self).context("cannot read the template")
    }

    /// The whole of it, with nothing resolved.
    pub fn as_value(&self) -> &Value {
        &self.0
    }

    /// Decides every condition and fills in every reference.
    pub fn deploy(&self, deployment: &Deployment) -> anyhow::Result<Stack> {
        stack::deploy(&self.0, deployment).context("cannot deploy the template")
    }
}

impl Default for Deployment {
    fn default() -> Self {
        Self {
            account: HOME_ACCOUNT.to_owned(),
            region: HOME_REGION.to_owned(),
            stack_name: "caretaker".to_owned(),
            parameters: BTreeMap::new(),
        }
    }
}

impl Deployment {
    #[must_use]
    pub fn with(mut self, parameter: &str, value: &str) -> Self {
        self.parameters.insert(parameter.to_owned(), value.to_owned());
        self
    }

    #[must_use]
    pub fn with_all(self, parameters: &[(&str, &str)]) -> Self {
        parameters.iter().fold(self, |deployment, (name, value)| deployment.with(name, value))
    }

    #[must_use]
    pub fn in_account(self, account: &str) -> Self {
        Self { account: account.to_owned(), ..self }
    }
}

/// `instance-scheduler` for the resource `InstanceScheduler`.
pub fn kebab_case(logical_id: &str) -> String {
    let mut name = String::new();
    for (place, letter) in logical_id.chars().enumerate() {
        if letter.is_ascii_uppercase() && place > 0 {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::{
        call::Touched,
        policy::{Context, Grant},
    };

    const TEMPLATE: &str = r#"
Parameters:
  Path: {Type: String, Default: /app}
  Hub: {Type: String, Default: "", AllowedPattern: "[0-9]*", MaxLength: 12}
  Keys: {Type: CommaDelimitedList, Default: ""}
  Seconds: {Type: Number, AllowedValues: [60, 300], Default: 60}
  Size: {Type: Number, MinValue: 128, MaxValue: 256, Default: 128}
Mappings:
  Sizes: {"60": {Memory: 256}, "300": {Memory: 512}}
Conditions:
  IsHub: !Equals [!Ref Hub, ""]
  IsTarget: !Not [!Condition IsHub]
  HasKeys: !Not [!Equals [!Join ["", !Ref Keys], ""]]
Globals:
  Function: {Timeout: 7, Environment: {Variables: {LOG: info, MODE: slow}}}
Resources:
  NightGuard:
    Type: AWS::Serverless::Function
    Condition: IsHub
    Properties:
      Timeout: !Ref Seconds
      MemorySize: !FindInMap [Sizes, !Ref Seconds, Memory]
      Environment:
        Variables:
          MODE: fast
          QUEUE: !Ref Letters
          PATH_OF: !Sub "${Path}/x-${AWS::Region}-${Letters.Arn}-${!Keep}"
          FIRST: !Select [0, !Split [",", "a,b"]]
      Events:
        Tick: {Type: Schedule, Properties: {Schedule: rate(5 minutes)}}
      Policies:
        - AWSLambdaBasicExecutionRole
        - !Ref Look
        - Version: "2012-10-17"
          Statement:
            - {Sid: Read, Effect: Allow, Action: ssm:GetParameter, Resource: !Sub "arn:${AWS::Partition}:ssm:*:*:parameter${Path}"}
            - !If [HasKeys, {Effect: Allow, Action: kms:CreateGrant, Resource: !Ref Keys}, !Ref AWS::NoValue]
  DayGuard:
    Type: AWS::Serverless::Function
    Condition: IsHub
    Properties: {Role: !GetAtt DayRole.Arn, MemorySize: !Ref Size}
  DayRole:
    Type: AWS::IAM::Role
    Condition: IsHub
    Properties:
      RoleName: !Sub "${AWS::StackName}-day-guard"
      AssumeRolePolicyDocument:
        Statement: {Effect: Allow, Action: sts:AssumeRole, Principal: {Service: lambda.amazonaws.com}}
      ManagedPolicyArns: [!Sub "arn:${AWS::Partition}:iam::aws:policy/AWSXRayDaemonWriteAccess"]
      Policies:
        - PolicyName: Day
          PolicyDocument: {Statement: {Sid: Watch, Effect: Allow, Action: ec2:DescribeInstances, Resource: "*"}}
  Guarded:
    Type: AWS::Lambda::Permission
    Condition: IsHub
    Properties: {Action: lambda:InvokeFunction, FunctionName: !Ref NightGuard, Principal: s3.amazonaws.com, SourceAccount: !Ref AWS::AccountId}
  Foreign:
    Type: AWS::Lambda::Permission
    Condition: IsHub
    Properties: {Action: lambda:InvokeFunction, FunctionName: !GetAtt NightGuard.Arn, Principal: sns.amazonaws.com, SourceAccount: "999999999999"}
  Letters: {Type: AWS::SQS::Queue}
  Look:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument: !Sub |
        {"Statement": {"Effect": "Allow", "Action": "ec2:StopInstances", "Resource": "*",
         "Condition": {"Null": {"aws:ResourceTag/${Path}": "false"}}}}
  Target:
    Type: AWS::IAM::Role
    Condition: IsTarget
    Properties:
      RoleName: target
      AssumeRolePolicyDocument:
        Statement: {Effect: Allow, Action: sts:AssumeRole, Principal: {AWS: !Ref Hub}}
      ManagedPolicyArns: [!Ref Look]
  Example:
    Type: AWS::SSM::Parameter
    Properties: {Name: !Sub "${Path}/example", Type: String, Value: "a: 1"}
Outputs:
  Guard: {Condition: IsHub, Value: !GetAtt NightGuard.Arn}
  Letters: {Value: !Ref Letters}
"#;

    fn deploy(deployment: &Deployment) -> anyhow::Result<Stack> {
        Template::parse(TEMPLATE).unwrap().deploy(deployment)
    }

    #[test]
    fn reads_a_function_with_its_variables() {
        let stack = deploy(&Deployment::default().with("Seconds", "300")).unwrap();
        let function = stack.function("night-guard").unwrap();
        assert_eq!((function.timeout_secs, function.memory_mb), (300, 512));
        assert_eq!(function.events[0].properties["Schedule"], "rate(5 minutes)");
        let variables: Vec<String> =
            function.variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(
            variables,
            [
                "FIRST=a",
                "LOG=info",
                "MODE=fast",
                "PATH_OF=/app/x-eu-west-1-arn:aws:sqs:eu-west-1:111111111111:caretaker-Letters-LOCAL-${Keep}",
                "QUEUE=https://sqs.eu-west-1.amazonaws.com/111111111111/caretaker-Letters-LOCAL",
            ]
        );
        assert_eq!(stack.parameters["/app/example"], "a: 1");
        let outputs: Vec<_> = stack.outputs.keys().collect();
        assert_eq!(outputs, ["Guard", "Letters"]);
    }

    #[test]
    fn a_function_may_run_with_a_role_of_the_template() {
        let stack = deploy(&Deployment::default()).unwrap();
        let role = &stack.function("day-guard").unwrap().role;
        assert_eq!(role.arn(), "arn:aws:iam::111111111111:role/caretaker-day-guard");
        let grants: Vec<String> = role.grants().map(|grant| grant.to_string()).collect();
        assert_eq!(grants, [format!("{} Watch ec2:DescribeInstances", role.arn())]);
        assert_eq!(stack.roles.len(), 1);
    }

    #[test]
    fn knows_who_may_invoke_a_function() {
        let stack = deploy(&Deployment::default()).unwrap();
        assert_eq!(
            Vec::from_iter(&stack.function("night-guard").unwrap().callers),
            ["s3.amazonaws.com"]
        );
        let text = TEMPLATE.replace("\"999999999999\"", "!Ref AWS::AccountId");
        let stack = Template::parse(&text).unwrap().deploy(&Deployment::default()).unwrap();
        assert_eq!(stack.function("night-guard").unwrap().callers.len(), 2);
    }

    #[test]
    fn collects_the_statements_of_all_policies() {
        let stack = deploy(&Deployment::default().with("Keys", "k1,k2")).unwrap();
        let role = &stack.function("night-guard").unwrap().role;
        let grants: Vec<String> = role.grants().map(|grant: Grant| grant.to_string()).collect();
        let name = "arn:aws:iam::111111111111:role/caretaker-NightGuardRole-LOCAL";
        assert_eq!(
            grants,
            [
                format!("{name} #1 ec2:StopInstances"),
                format!("{name} Read ssm:GetParameter"),
                format!("{name} #3 kms:CreateGrant"),
            ]
        );
        let tagged = [("/app".to_owned(), "x".to_owned())].into();
        let instance = Touched {
            arn: "arn:aws:ec2:r:1:instance/i-1".to_owned(),
            tags: tagged,
            ..Touched::default()
        };
        assert!(role.allows("ec2:StopInstances", &[instance], &Context::default()).is_ok());
        let everything = Touched::everything();
        assert!(role.allows("ec2:StopInstances", &everything, &Context::default()).is_err());
    }

    #[test]
    fn a_condition_turns_the_stack_into_another() {
        let target = Deployment::default().in_account("222222222222").with("Hub", "111111111111");
        let stack = deploy(&target).unwrap();
        assert!(stack.functions.is_empty());
        let resources: Vec<_> = stack.resources.iter().collect();
        assert_eq!(resources, ["Example", "Letters", "Look", "Target"]);
        assert_eq!(stack.outputs.len(), 1);
        assert_eq!(stack.roles[0].arn(), "arn:aws:iam::222222222222:role/target");
        assert_eq!(stack.roles[0].trust[0].principals, ["111111111111"]);
    }

    #[test]
    fn refuses_values_and_parameters_that_are_not_allowed() {
        for (name, value) in
            [("Seconds", "61"), ("Size", "127"), ("Size", "257"), ("Hub", "1234567890123")]
        {
            let error = deploy(&Deployment::default().with(name, value)).unwrap_err();
            let expected = format!("the parameter `{name}` cannot be `{value}`");
            assert!(format!("{error:#}").contains(&expected), "{error:#}");
        }
        let error = deploy(&Deployment::default().with("Second", "60")).unwrap_err();
        assert!(format!("{error:#}").contains("no parameter `Second`"));
    }

    #[test]
    fn refuses_what_it_does_not_understand() {
        for (from, to, expected) in [
            ("!Ref Letters", "!Ref Leters", "no resource `Leters`"),
            ("!Ref Letters", "!ImportValue x", "`Fn::ImportValue` is not understood"),
            ("\"Null\"", "\"Nil\"", "unknown condition operator `Nil`"),
            (
                "- !Ref Look\n        - V",
                "- AdministratorAccess\n        - V",
                "is not in the template",
            ),
            ("Sid: Read", "Sit: Read", "unknown member `Sit`"),
            ("DayRole.Arn,", "DayRole.Arn, Policies: [],", "beside a `Role` have no effect"),
            ("!GetAtt DayRole.Arn", "arn:aws:iam::111111111111:role/x", "is not in the template"),
            ("  Size: {", "  Letters: {", "`Letters` is called like a resource"),
            ("Value: !Ref Letters", "Value: !Ref Target", "of the resource `Target` does not hold"),
            ("QUEUE: !Ref Letters", "QUEUE: !Ref Target", "of the resource `Target` does not hold"),
        ] {
            let text = TEMPLATE.replace(from, to);
            assert_ne!(text, TEMPLATE);
            let error = Template::parse(&text).unwrap().deploy(&Deployment::default()).unwrap_err();
            assert!(format!("{error:#}").contains(expected), "{error:#}");
        }
    }

    #[test]
    fn a_logical_id_becomes_a_name_in_kebab_case() {
        assert_eq!(kebab_case("InstanceScheduler"), "instance-scheduler");
    }
}
