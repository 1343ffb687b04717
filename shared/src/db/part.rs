//! Parts of documents that are shown.

/// Makes a struct of some fields of a document: it is read without the rest, or made of the whole. Its
/// `id` comes first and is `_id` on the wire and in the database.
macro_rules! part {
    (
        $(#[$about:meta])*
        $visible:vis struct $name:ident of $document:ty {
            $($(#[$field_about:meta])* $field:ident: $type:ty),* $(,)?
        }
    ) => {
        #[derive(Clone, Debug, Default, ::serde::Serialize, ::serde::Deserialize, ::schemars::JsonSchema)]
        #[serde(rename_all = "camelCase")]
        $(#[$about])*
        #[allow(missing_docs, reason = "the fields are the document's")]
        $visible struct $name {
            #[serde(rename = "_id")]
            pub id: $crate::Id,
            $($(#[$field_about])* pub $field: $type),*
        }

        impl From<$document> for $name {
            fn from(document: $document) -> Self {
                Self { id: document.id, $($field: document.$field),* }
            }
        }

        impl $crate::db::Projected for $name {
            fn fields() -> ::bson::Document {
                let names = [$(stringify!($field)),*];
                names.map(|name| ($crate::names::camel_case(name), ::bson::Bson::Int32(1))).into_iter().collect()
            }
        }
    };
}
pub(crate) use part;
