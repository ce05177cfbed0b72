//! R4's primitive types.

macro_rules! primitives {
    ($($variant:ident $code:literal),* $(,)?) => {
        /// A primitive type (<https://hl7.org/fhir/R4/datatypes.html#primitive>).
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Primitive {
            $(#[doc = concat!("FHIR's `", $code, "`.")] $variant,)*
        }

        impl Primitive {
            /// Every primitive type.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// FHIR's name.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)*
                }
            }

            /// The primitive type of this name.
            pub fn named(name: &str) -> Option<Self> {
                match name {
                    $($code => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

primitives! {
    Boolean "boolean",
    Integer "integer",
    UnsignedInt "unsignedInt",
    PositiveInt "positiveInt",
    Decimal "decimal",
    String "string",
    Markdown "markdown",
    Code "code",
    Id "id",
    Uri "uri",
    Url "url",
    Canonical "canonical",
    Oid "oid",
    Uuid "uuid",
    Base64Binary "base64Binary",
    Date "date",
    DateTime "dateTime",
    Instant "instant",
    Time "time",
    Xhtml "xhtml",
}
