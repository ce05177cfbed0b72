//! A PDF of one page of text, as small as a PDF can be.

use std::fmt::Write;

/// The page. Letters that Helvetica's standard encoding does not have become question marks.
pub(super) fn document(title: &str, lines: &[String]) -> Vec<u8> {
    let mut page = format!("BT /F1 16 Tf 72 760 Td ({}) Tj /F1 11 Tf 0 -30 Td", shown(title));
    for line in lines {
        let _ = write!(page, " ({}) Tj 0 -16 Td", shown(line));
    }
    page.push_str(" ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{page}\nendstream", page.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    let mut out = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(out.len());
        let _ = write!(out, "{} 0 obj\n{object}\nendobj\n", at + 1);
    }
    let table = out.len();
    let _ = write!(out, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for place in places {
        let _ = writeln!(out, "{place:010} 00000 n ");
    }
    let _ =
        write!(out, "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1);
    out.into_bytes()
}

fn shown(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '(' | ')' | '\\' => out.extend(['\\', c]),
            ' '..='~' => out.push(c),
            _ => out.push('?'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_stands_where_the_table_says() {
        let pdf = String::from_utf8(document("A (title)", &["one".to_owned(), "zwölf".to_owned()])).unwrap();
        assert!(pdf.starts_with("%PDF-1.4") && pdf.ends_with("%%EOF\n"));
        let table = pdf.rfind("xref\n0 6").unwrap();
        let entries: Vec<usize> =
            pdf[table..].lines().skip(3).take(5).map(|line| line[..10].parse().unwrap()).collect();
        for (number, place) in entries.into_iter().enumerate() {
            assert!(pdf[place..].starts_with(&format!("{} 0 obj", number + 1)), "{place}");
        }
        let start: usize = pdf.lines().rev().nth(1).unwrap().parse().unwrap();
        assert!(pdf[start..].starts_with("xref"));
        assert!(pdf.contains("(A \\(title\\)) Tj") && pdf.contains("(zw?lf)"));
    }
}
