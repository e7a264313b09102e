//! The JSON Schema of a lab file, for editors. It is made from the types that read one.

use schemars::generate::SchemaSettings;

use crate::document::Document;

/// The schema (draft 2020-12). It accepts every lab that [`crate::parse`] accepts; it cannot see
/// whether names exist, so it also accepts some that are refused.
pub fn schema() -> serde_json::Value {
    let mut schema =
        SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Document>();
    schema.insert("title".to_owned(), "Lanternet lab".into());
    schema.to_value()
}
