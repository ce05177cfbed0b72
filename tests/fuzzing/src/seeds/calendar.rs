//! Calendar files as holidays and diaries come in them.

/// Which zone, and the window; then the file.
pub(super) fn files() -> Vec<Vec<u8>> {
    let of = |lines: &str| format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{lines}END:VCALENDAR\r\n");
    let event = |lines: &str| {
        let lines = lines.replace('\n', "\r\n");
        of(&format!("BEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20261128T080000Z\r\n{lines}END:VEVENT\r\n"))
    };
    let zone = "BEGIN:VTIMEZONE\r\nTZID:Here\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n\
        RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";
    let all = [
        event("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227\nSUMMARY:Christmas\n"),
        event(
            "DTSTART:20261201T090000Z\nDURATION:PT1H30M\nSUMMARY:Training\\, first aid\nDESCRIPTION:In two\\nlines\n",
        ),
        event(
            "DTSTART;TZID=Europe/Berlin:20270328T023000\nDTEND;TZID=Europe/Berlin:20270328T033000\nRRULE:FREQ=WEEKLY;COUNT=4\n",
        ),
        event(
            "DTSTART;TZID=W. Europe Standard Time:20261201T080000\nDURATION:PT45M\nRRULE:FREQ=MONTHLY;BYDAY=1TU;UNTIL=20270601T000000Z\nEXDATE;TZID=W. Europe Standard Time:20270105T080000\n",
        ),
        event("DTSTART:20261201T080000\nDURATION:P1D\nSTATUS:CANCELLED\nSEQUENCE:3\nLOCATION:Room 2\n"),
        event("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1\nSUMMARY:New\n Year\n"),
        event(
            "DTSTART:20261201T080000Z\nDURATION:PT5M\nRRULE:FREQ=DAILY;INTERVAL=2;BYDAY=MO,WE,FR\nBEGIN:VALARM\nTRIGGER:-PT5M\nEND:VALARM\n",
        ),
        of(&format!(
            "{zone}BEGIN:VEVENT\r\nUID:b\r\nDTSTAMP:20261128T080000Z\r\nDTSTART;TZID=Here:20261201T080000\r\nEND:VEVENT\r\n"
        )),
        of("METHOD:CANCEL\r\n"),
    ];
    let tagged = |(n, text): (usize, String)| [&[n as u8, 0][..], text.as_bytes()].concat();
    all.into_iter().enumerate().map(tagged).collect()
}
