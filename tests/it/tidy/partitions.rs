//! Nothing takes the partition `aws` for granted: one code and template serve all regions of AWS.

use super::{
    check_none,
    files::{self, File},
    source::{code, literals},
};

/// What is different in another partition.
const OF_ONE_PARTITION: [&str; 2] = ["arn:aws:", "amazonaws.com"];

/// In the template, the names of services as principals are the same in all partitions.
const PRINCIPAL: &str = "Principal: ";

#[test]
fn defect_m8_no_code_and_no_template_knows_one_partition_only() {
    let sources = files::rust().filter(|file| is_shipped(&file.path));
    let found = sources.flat_map(in_code);
    check_none(
        found.chain(files::all().iter().filter(|file| is_template(file)).flat_map(in_lines)),
    );
}

fn is_shipped(path: &str) -> bool {
    path.starts_with("functions/") || path.starts_with("shared/")
}

fn is_template(file: &File) -> bool {
    file.path == "template.yaml"
}

fn in_code(file: &File) -> Vec<String> {
    // A comment of documentation would be a literal, too.
    let lines = code(file).lines().filter(|line| !line.trim_start().starts_with("//"));
    let literals = literals(&lines.collect::<Vec<_>>().join("\n"));
    let found =
        literals.iter().filter(|text| OF_ONE_PARTITION.iter().any(|one| text.contains(one)));
    found.map(|text| format!("{}: `{text}` is of one partition", file.path)).collect()
}

fn in_lines(file: &File) -> Vec<String> {
    let is_found = |line: &str| OF_ONE_PARTITION.iter().any(|one| line.contains(one));
    let lines = file.text.lines().filter(|line| is_found(line) && !line.contains(PRINCIPAL));
    lines.map(|line| format!("{}: `{}` is of one partition", file.path, line.trim())).collect()
}

#[test]
fn what_is_of_one_partition_is_found() {
    let sound = File::new("shared/src/a.rs", "/// arn:aws:iam\nf(\"arn:{partition}:iam\")");
    assert_eq!(in_code(&sound), [""; 0]);
    let bad = File::new("shared/src/a.rs", "f(\"arn:aws:iam\", \"x.amazonaws.com\")");
    assert_eq!(in_code(&bad).len(), 2);
    let template = File::new(
        "template.yaml",
        "Principal: {Service: lambda.amazonaws.com}\nArn: arn:aws:s3:::x\nHost: x.amazonaws.com",
    );
    assert_eq!(in_lines(&template).len(), 2);
}
