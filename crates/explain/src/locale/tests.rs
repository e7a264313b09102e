use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fluent_syntax::ast;

use super::*;

/// Message id to the variables it uses, for one language. Fails on anything that does not parse and
/// on an id that is defined twice.
fn messages(locale: Locale) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    for file in FILES {
        let resource = match FluentResource::try_new(file.source(locale).to_owned()) {
            Ok(resource) => resource,
            Err((_, errors)) => panic!("{locale}: {errors:?}"),
        };
        for entry in resource.entries() {
            match entry {
                ast::Entry::Message(message) => {
                    let id = message.id.name.to_owned();
                    let value = message.value.as_ref();
                    let value = value.unwrap_or_else(|| panic!("{locale}: {id} has no text"));
                    let mut variables = BTreeSet::new();
                    of_pattern(value, &mut variables);
                    let before = found.insert(id.clone(), variables);
                    assert!(before.is_none(), "{locale}: {id} is defined twice");
                }
                ast::Entry::Junk { content } => panic!("{locale}: cannot be read: {content}"),
                _ => {}
            }
        }
    }
    found
}

fn of_pattern(pattern: &ast::Pattern<&str>, variables: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let ast::PatternElement::Placeable { expression } = element {
            of_expression(expression, variables);
        }
    }
}

fn of_expression(expression: &ast::Expression<&str>, variables: &mut BTreeSet<String>) {
    match expression {
        ast::Expression::Inline(inline) => of_inline(inline, variables),
        ast::Expression::Select { selector, variants } => {
            of_inline(selector, variables);
            for variant in variants {
                of_pattern(&variant.value, variables);
            }
        }
    }
}

fn of_inline(inline: &ast::InlineExpression<&str>, variables: &mut BTreeSet<String>) {
    match inline {
        ast::InlineExpression::VariableReference { id } => {
            variables.insert(id.name.to_owned());
        }
        ast::InlineExpression::Placeable { expression } => of_expression(expression, variables),
        ast::InlineExpression::FunctionReference { arguments, .. } => {
            for argument in &arguments.positional {
                of_inline(argument, variables);
            }
        }
        _ => {}
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("a folder entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn both_languages_have_the_same_messages_with_the_same_variables() {
    let en = messages(Locale::En);
    let zh_cn = messages(Locale::ZhCn);
    for (id, variables) in &en {
        let other = zh_cn.get(id).unwrap_or_else(|| panic!("{id} is missing in zh-CN"));
        assert_eq!(variables, other, "variables of {id}, en left, zh-CN right");
    }
    for id in zh_cn.keys() {
        assert!(en.contains_key(id), "{id} is missing in en");
    }
}

#[test]
fn every_file_in_the_folders_is_in_the_list() {
    for locale in Locale::ALL {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(locale.name());
        let count = fs::read_dir(&folder).expect("the folder").count();
        assert_eq!(count, FILES.len(), "{}", folder.display());
    }
}

#[test]
fn every_message_is_used_by_some_source_file() {
    let mut files = Vec::new();
    for source in ["src", "../lanternet/src"] {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(source), &mut files);
    }
    let text: String =
        files.iter().map(|path| fs::read_to_string(path).expect("a source file")).collect();
    for id in messages(Locale::En).keys() {
        assert!(text.contains(&format!("\"{id}\"")), "{id} is used nowhere");
    }
}

#[test]
fn what_is_missing_shows_itself_and_does_not_panic() {
    let catalogue = Catalogue::new(Locale::En);
    let unknown = "unknown-message";
    assert_eq!(catalogue.text(unknown, &args!()), "unknown-message");
    assert_eq!(
        catalogue.try_text(unknown, &args!()),
        Err(TextError::NoMessage("unknown-message".into()))
    );
    assert!(catalogue.phrase("port-assigned-none").contains("{$date}"));
}

#[test]
fn numbers_are_not_grouped_and_choose_plural_forms() {
    let mut catalogue = Catalogue::new(Locale::En);
    let source =
        "frames = { $count ->\n    [one] one frame\n   *[other] { $count } frames\n } of { $of }";
    let resource = FluentResource::try_new(source.to_owned()).expect("a resource");
    catalogue.bundle.add_resource(resource).expect("a new id");
    let of = 18_446_744_073_709_551_615_u64;
    let count = 1_u16;
    let text = catalogue.text("frames", &args!(count count, of));
    assert_eq!(text, "one frame of 18446744073709551615");
    let text = catalogue.text("frames", &args!(count count = 1_234_567, of = "them"));
    assert_eq!(text, "1234567 frames of them");
}

#[test]
fn a_catalogue_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&Catalogue::new(Locale::En));
}

#[test]
fn locales_are_read_from_tags_and_posix_names() {
    for name in ["en", "en-US", "EN", "en_GB.UTF-8", "en-Latn-US"] {
        assert_eq!(name.parse(), Ok(Locale::En), "{name}");
    }
    for name in ["zh", "zh-CN", "zh_CN.UTF-8", "zh_CN", "zh-cn", "zh-Hans", "zh-Hans-CN", "zh_SG"] {
        assert_eq!(name.parse(), Ok(Locale::ZhCn), "{name}");
    }
    for name in ["", "C", "POSIX", "fr", "zh_TW.UTF-8", "zh-Hant", "english", "zhuang"] {
        assert_eq!(name.parse::<Locale>(), Err(UnknownLocale(name.to_owned())), "{name}");
    }
    let message = "fr".parse::<Locale>().map_err(|error| error.to_string());
    assert_eq!(message, Err("no texts in language `fr`; there are: en, zh-CN".to_owned()));
    for locale in Locale::ALL {
        assert_eq!(locale.to_string().parse(), Ok(*locale));
        assert!(UnknownLocale("x".into()).to_string().contains(locale.name()));
    }
}
