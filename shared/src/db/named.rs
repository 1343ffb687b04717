//! Enums that are stored by a name, which is their name on the wire, too.

/// Makes an enum of which each variant says its name once: for JSON, its schema and the database.
macro_rules! named {
    (
        $(#[$about:meta])*
        $visible:vis enum $enum:ident {
            $($(#[$variant_about:meta])* $variant:ident = $name:literal),* $(,)?
        }
    ) => {
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, ::serde::Serialize, ::serde::Deserialize,
            ::schemars::JsonSchema,
        )]
        $(#[$about])*
        $visible enum $enum {
            $($(#[$variant_about])* #[serde(rename = $name)] $variant),*
        }

        impl $enum {
            /// As it is stored.
            $visible fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),*
                }
            }
        }

        impl From<$enum> for ::bson::Bson {
            fn from(value: $enum) -> Self {
                Self::String(value.name().to_owned())
            }
        }
    };
}
pub(crate) use named;
