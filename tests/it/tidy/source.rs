//! Rust code as tokens: without comments, and without the contents of literals. Resolves no names.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

use super::files::File;

/// Where the unit tests of a file begin, by convention at its end.
const TESTS: &str = "#[cfg(test)]\nmod tests {";

/// The code of a file without its unit tests.
pub(super) fn code(file: &File) -> &str {
    if file.is_tests() {
        return "";
    }
    file.text.split_once(TESTS).map_or(&file.text, |(code, _)| code)
}

/// The tests of a file.
pub(super) fn tests(file: &File) -> &str {
    if file.is_tests() {
        return &file.text;
    }
    file.text.find(TESTS).map_or("", |at| &file.text[at..])
}

/// The tokens of a piece of code. A path separator is one token; a literal is `"`.
pub(super) fn tokens(code: &str) -> Vec<String> {
    let stream: TokenStream = code.parse().unwrap_or_else(|err| panic!("{err} in:\n{code}"));
    let mut tokens = Vec::new();
    flatten(stream, &mut tokens);
    tokens
}

/// The string literals of a piece of code, as they are written.
pub(super) fn literals(code: &str) -> Vec<String> {
    fn collect(stream: TokenStream, found: &mut Vec<String>) {
        for tree in stream {
            match tree {
                TokenTree::Group(group) => collect(group.stream(), found),
                TokenTree::Literal(literal) => {
                    let text = literal.to_string();
                    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
                    found.extend(text.map(str::to_owned));
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => (),
            }
        }
    }
    let stream: TokenStream = code.parse().unwrap_or_else(|err| panic!("{err} in:\n{code}"));
    let mut found = Vec::new();
    collect(stream, &mut found);
    found
}

/// Whether these tokens follow each other somewhere.
pub(super) fn contains(tokens: &[String], sought: &[&str]) -> bool {
    tokens.windows(sought.len()).any(|window| window == sought)
}

fn flatten(stream: TokenStream, tokens: &mut Vec<String>) {
    let mut joint = false;
    for tree in stream {
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                tokens.push(open.to_owned());
                flatten(group.stream(), tokens);
                tokens.push(close.to_owned());
                joint = false;
            }
            TokenTree::Punct(punct) => {
                match tokens.last_mut() {
                    Some(last) if joint && is_pair(last, punct.as_char()) => {
                        last.push(punct.as_char());
                    }
                    _ => tokens.push(punct.as_char().to_string()),
                }
                joint = punct.spacing() == Spacing::Joint;
            }
            TokenTree::Ident(ident) => {
                tokens.push(ident.to_string());
                joint = false;
            }
            TokenTree::Literal(_) => {
                tokens.push("\"".to_owned());
                joint = false;
            }
        }
    }
}

/// The path separator and the arrow of a `match` are the only operators that rules speak of.
fn is_pair(first: &str, second: char) -> bool {
    matches!((first, second), (":", ':') | ("=", '>'))
}

#[test]
fn comments_and_literals_say_nothing() {
    let code = "// async\nfn f<'a>(x: &'a str) { g::h(\"async\", r#\"tokio\"#, 'x') /* env */ }";
    let tokens = tokens(code).join(" ");
    assert_eq!(tokens, "fn f < ' a > ( x : & ' a str ) { g :: h ( \" , \" , \" ) }");
}

#[test]
fn literals_are_found_in_every_depth() {
    assert_eq!(
        literals("const A: [&str; 1] = [\"a b\"]; fn f() { g('c', \"d\", 1) }"),
        ["a b", "d"]
    );
}

#[test]
fn unit_tests_are_told_from_code() {
    let file = File::new("shared/src/a.rs", "fn f() {}\n#[cfg(test)]\nmod tests {\n}\n");
    assert_eq!(code(&file), "fn f() {}\n");
    assert_eq!(tests(&file), "#[cfg(test)]\nmod tests {\n}\n");
    for path in ["tests/it/a.rs", "shared/src/a/tests.rs", "tests/src/aws/ec2/tests/b.rs"] {
        let file = File::new(path, "fn f() {}");
        assert_eq!((code(&file), tests(&file)), ("", "fn f() {}"));
    }
    assert_eq!(tests(&File::new("tests/src/aws/a.rs", "fn f() {}")), "");
}
