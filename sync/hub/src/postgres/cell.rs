//! Cells to and from PostgreSQL's binary format, without copying what is sent.

use std::error::Error;
use std::fmt;

use bytes::{BufMut, BytesMut};
use holdfast_store::error::StoreError;
use holdfast_store::sql::Value;
use postgres::types::{FromSql, IsNull, Kind, ToSql, Type, to_sql_checked};

type Failed = Box<dyn Error + Sync + Send>;

/// Why a cell cannot be sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum CellError {
    /// PostgreSQL's text cannot hold U+0000.
    #[error("text with the character U+0000 cannot be stored here; remove it")]
    Nul,
    /// The statement wants another type.
    #[error("{found} where the statement takes {wanted}")]
    Type {
        /// What the cell holds.
        found: &'static str,
        /// PostgreSQL's name of the type.
        wanted: String,
    },
    /// Larger than one message of the protocol.
    #[error("a value of {0} bytes is larger than PostgreSQL takes (1 GB)")]
    Size(usize),
}

impl CellError {
    pub(super) fn to_store_error(&self) -> StoreError {
        match self {
            Self::Nul => StoreError::Refused { code: "text-nul", message: self.to_string() },
            Self::Size(_) => StoreError::Refused { code: "value-too-long", message: self.to_string() },
            Self::Type { .. } => StoreError::Database(self.to_string()),
        }
    }
}

/// One parameter.
pub(super) struct Param<'a>(pub(super) &'a Value);

/// One column of many rows, sent as an array.
pub(super) struct Column<'a> {
    pub(super) rows: &'a [Vec<Value>],
    pub(super) at: usize,
}

// tokio-postgres logs parameters at debug level: these may be a patient's.
impl fmt::Debug for Param<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cell")
    }
}

impl fmt::Debug for Column<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cells", self.rows.len())
    }
}

impl ToSql for Param<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Failed> {
        if *self.0 == Value::Null {
            return Ok(IsNull::Yes);
        }
        put(self.0, ty, out)?;
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl ToSql for Column<'_> {
    /// The array format of `array_send`: dimensions, has-nulls, element type, length, lower bound, elements.
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Failed> {
        let Kind::Array(member) = ty.kind() else { return Err(mismatch("a column", ty).into()) };
        let nulls = self.rows.iter().any(|row| row[self.at] == Value::Null);
        out.put_i32(1);
        out.put_i32(i32::from(nulls));
        out.put_u32(member.oid());
        out.put_i32(length(self.rows.len())?);
        out.put_i32(1);
        for row in self.rows {
            let cell = &row[self.at];
            out.put_i32(if *cell == Value::Null { -1 } else { length(size(cell, member))? });
            put(cell, member, out)?;
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// Bytes of a cell on the wire.
pub(super) fn size(cell: &Value, ty: &Type) -> usize {
    match cell {
        Value::Null => 0,
        Value::Int(_) => match *ty {
            Type::INT2 => 2,
            Type::INT4 => 4,
            _ => 8,
        },
        Value::Text(text) => text.len(),
        Value::Blob(bytes) => bytes.len(),
    }
}

fn length(bytes: usize) -> Result<i32, CellError> {
    i32::try_from(bytes).map_err(|_| CellError::Size(bytes))
}

fn mismatch(found: &'static str, wanted: &Type) -> CellError {
    CellError::Type { found, wanted: wanted.name().to_owned() }
}

fn put(cell: &Value, ty: &Type, out: &mut BytesMut) -> Result<(), CellError> {
    let narrow = |_| mismatch("a number too large", ty);
    match (cell, ty) {
        (Value::Null, _) => {}
        (Value::Int(value), &Type::INT8) => out.put_i64(*value),
        (Value::Int(value), &Type::INT4) => out.put_i32(i32::try_from(*value).map_err(narrow)?),
        (Value::Int(value), &Type::INT2) => out.put_i16(i16::try_from(*value).map_err(narrow)?),
        (Value::Text(text), &Type::TEXT | &Type::VARCHAR | &Type::NAME) => {
            if text.as_bytes().contains(&0) {
                return Err(CellError::Nul);
            }
            out.put_slice(text.as_bytes());
        }
        (Value::Blob(bytes), &Type::BYTEA) => out.put_slice(bytes),
        (Value::Int(_), ty) => return Err(mismatch("a number", ty)),
        (Value::Text(_), ty) => return Err(mismatch("text", ty)),
        (Value::Blob(_), ty) => return Err(mismatch("bytes", ty)),
    }
    Ok(())
}

/// One cell of an answer.
pub(super) struct Cell(pub(super) Value);

impl<'a> FromSql<'a> for Cell {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Failed> {
        Ok(Self(match *ty {
            Type::INT8 => Value::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Value::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT2 => Value::Int(i16::from_sql(ty, raw)?.into()),
            Type::BOOL => Value::Int(bool::from_sql(ty, raw)?.into()),
            Type::NUMERIC => Value::Int(whole_number(raw)?),
            Type::BYTEA => Value::Blob(raw.to_vec()),
            _ => Value::Text(String::from_utf8(raw.to_vec())?),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Failed> {
        Ok(Self(Value::Null))
    }

    fn accepts(ty: &Type) -> bool {
        matches!(
            *ty,
            Type::INT8
                | Type::INT4
                | Type::INT2
                | Type::BOOL
                | Type::NUMERIC
                | Type::BYTEA
                | Type::TEXT
                | Type::VARCHAR
                | Type::NAME
                | Type::UNKNOWN
        )
    }
}

/// `SUM` of integers is NUMERIC here: count of base-10,000 digits, weight of the first, sign, scale, digits.
fn whole_number(raw: &[u8]) -> Result<i64, Failed> {
    let part = |at: usize| raw.get(at * 2..at * 2 + 2).map(|two| i16::from_be_bytes([two[0], two[1]]));
    let (Some(count), Some(weight), Some(sign)) = (part(0), part(1), part(2)) else {
        return Err("a NUMERIC is cut short".into());
    };
    let mut total: i128 = 0;
    for place in 0..=i32::from(weight).clamp(-1, 5) {
        let digit = if place < i32::from(count) { part(4 + place as usize).unwrap_or(0) } else { 0 };
        total = total * 10_000 + i128::from(digit);
    }
    if i32::from(count) > i32::from(weight) + 1 || weight > 5 {
        return Err("a NUMERIC that is no 64-bit whole number".into());
    }
    Ok(i64::try_from(if sign == 0 { total } else { -total })?)
}
