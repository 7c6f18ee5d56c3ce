//! The table of sub-processors, in HTML and in Markdown.

use crate::model::project::i18n::Words;
use crate::model::project::sub_processor::{SubProcessor, Table};
use crate::render::outlet::html::escaped;
use crate::render::site::link::plain;
use std::fmt::Write;

/// The keys of the column headings.
const COLUMNS: [&str; 5] = [
    "sub-processor-who",
    "sub-processor-purpose",
    "sub-processor-data",
    "sub-processor-where",
    "sub-processor-since",
];

/// The table as HTML.
pub(crate) fn html(table: &Table, words: &Words) -> String {
    let mut html = format!(
        "<table class=\"sub-processors\">\n<caption>{}</caption>\n<thead><tr>",
        escaped(&table.caption)
    );
    for column in COLUMNS {
        // Writing to a string cannot fail.
        let _ = write!(html, "<th scope=\"col\">{}</th>", escaped(&words.say(column)));
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    html.extend(table.rows.iter().map(|one| row(one, words)));
    html + "</tbody>\n</table>\n"
}

fn row(row: &SubProcessor, words: &Words) -> String {
    format!(
        "<tr><th scope=\"row\"><a href=\"{}\">{}</a></th><td>{}</td><td>{}</td><td>{}</td>\
         <td><time datetime=\"{}\">{}</time></td></tr>\n",
        escaped(row.link.as_str()),
        escaped(&row.name),
        escaped(&row.purpose),
        escaped(&row.data),
        escaped(&row.location),
        row.since,
        escaped(&words.day(row.since)),
    )
}

/// The table as Markdown, after its caption.
pub(crate) fn markdown(table: &Table, words: &Words) -> String {
    let columns = COLUMNS.map(|column| plain(&words.say(column)));
    let mut text = format!("{}:\n\n| {} |\n", plain(&table.caption), columns.join(" | "));
    text.push_str(&format!("|{}\n", "---|".repeat(COLUMNS.len())));
    for row in &table.rows {
        let cell = |text: &str| plain(text).replace('|', "\\|");
        let cells = [
            format!("[{}](<{}>)", cell(&row.name), row.link.as_str().replace('|', "%7C")),
            cell(&row.purpose),
            cell(&row.data),
            cell(&row.location),
            words.day(row.since),
        ];
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    text
}
