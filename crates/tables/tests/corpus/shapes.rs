//! Delimiters, quotes, line ends, headers and ragged rows.

use super::{Entry, file, text};

#[rustfmt::skip]
pub(super) fn entries() -> Vec<Entry> {
    vec![
        text("semicolons and decimal commas", || "name;price\nA;1,5\nB;2,25\n".into(), &["name|price", "A|1,5", "B|2,25"]),
        text("tabs under the name of a CSV", || "name\tcity\nA, Ltd\tRome; Italy\n".into(), &["name|city", "A, Ltd|Rome; Italy"]),
        file("tabs", "leads.TSV", || "name\tcity\n\"A\tB\"\t\n".into(), &["name|city", "A\\tB|"]),
        text("bars", || "name|city\nA,B|Rome;x\n".into(), &["name|city", "A,B|Rome;x"]),
        text("a declared separator", || "sep=;\r\na,b;c\r\n1;2\r\n".into(), &["a,b|c", "1|2"]),
        text("commas in quotes between semicolons", || "\"name, first\";\"city, land\"\n\"A, B\";\"C, D\"\n".into(), &["name, first|city, land", "A, B|C, D"]),
        text("another separator below than above", || "name;city\nA,Rome\nB,Ulm\n".into(), &["name|city", "A,Rome|", "B,Ulm|"]),
        text("one column", || "name\nA; B\nC | D\n".into(), &["name", "A; B", "C \\| D"]),
        text("separators at the end of every line", || "name,city,,\nA,Rome,,\nB,,,\n".into(), &["name|city", "A|Rome", "B|"]),
        text("separators at the end of the rows only", || "name,city\nA,Rome,\nB,Ulm,,,\n".into(), &["name|city", "A|Rome", "B|Ulm"]),
        text("ragged rows", || "name,city,tel\nA\nB,Rome,1,2,3\n,,\nC,Ulm\n".into(), &["name|city|tel", "A||", "B|Rome|1|2|3", "||", "C|Ulm|"]),
        text("doubled quotes", || "name,note\n\"A \"\"the\"\" B\",\"\"\"\"\n".into(), &["name|note", "A \"the\" B|\""]),
        text("quotes in the middle", || "name,size\nO\"Neil,5\" pipe\nA 3\"x4\",\"x\"y\n".into(), &["name|size", "O\"Neil|5\" pipe", "A 3\"x4\"|xy"]),
        text("quotes after a blank", || "name, city\nA, \"Rome\"\n".into(), &["name|city", "A|\"Rome\""]),
        text("single quotes", || "name,note\n'A,B'\n".into(), &["name|note", "'A|B'"]),
        text("quotes escaped by a backslash", || "name,note\n\"A \\\"B\\\"\",x\n".into(), &["name|note", "A \\B\\\"\"|x"]),
        text("a quote that is never closed", || "name,note\nA,1\n\"B,2\nC,3\nD,4\n".into(), &["name|note", "A|1", "! row 2: a quotation mark is never closed", "C|3", "D|4"]),
        text("a quote that is never closed in the last line", || "name,note\nA,1\nB,\"2".into(), &["name|note", "A|1", "! row 2: a quotation mark is never closed"]),
        text("a quote that is never closed in the header", || "name,\"note\nA,1\n".into(), &["!! the file cannot be read: in the header row a quotation mark is never closed"]),
        text("carriage returns alone", || "name,city\rA,Rome\r\rB,Ulm".into(), &["name|city", "A|Rome", "B|Ulm"]),
        text("line ends of Windows", || "name,city\r\nA,Rome\r\nB,Ulm\r\n".into(), &["name|city", "A|Rome", "B|Ulm"]),
        text("line ends of every kind", || "name,city\r\nA,Rome\nB,Ulm\rC,Pisa\n\rD,x\r\r\nE,y".into(), &["name|city", "A|Rome", "B|Ulm", "C|Pisa", "D|x", "E|y"]),
        text("line ends in cells", || "\"name\",\"a\nnote\"\nA,\"1\n2\r\n3\r4\"\nB,\"\n\"\n".into(), &["name|a\\nnote", "A|1\\n2\\r\\n3\\r4", "B|"]),
        text("blank lines", || "\n\r\n  \nname,city\n\n\t\nA,Rome\n   \n\nB,Ulm\n\n".into(), &["name|city", "A|Rome", "B|Ulm"]),
        text("rows of empty cells above the header", || ",,\n\"\", ,\nname,city,tel\nA,Rome,1\n".into(), &["name|city|tel", "A|Rome|1"]),
        text("rows of empty cells", || "name,city\n,\nA,Rome\n\"\",\"\"\n".into(), &["name|city", "|", "A|Rome", "|"]),
        text("columns without a name", || "name,,city,\nA,1,Rome,2\n".into(), &["name|column_2|city", "A|1|Rome|2"]),
        text("columns of the same name", || "email,name,E-Mail,email,EMAIL,name_2,name\na,b,c,d,e,f,g\n".into(), &["email|name|E-Mail|email_2|EMAIL_3|name_2|name_3", "a|b|c|d|e|f|g"]),
        text("a header alone", || "name,city\n".into(), &["name|city"]),
        text("a header alone without a line end", || "name".into(), &["name"]),
        Entry { has_header: false, ..text("no header", || "A,a@b.example,1\nB,,\n".into(), &["column 1|column 2|column 3", "A|a@b.example|1", "B||"]) },
        Entry { has_header: false, ..text("no header, ragged, with a broken row", || "A,,\n\"B,x\nC,,c,\n".into(), &["column 1|column 2|column 3", "A||", "! row 2: a quotation mark is never closed", "C||c"]) },
        text("text after the table", || "name,city\nA,Rome\n\nExported by Foo on 1.1.2024\n".into(), &["name|city", "A|Rome", "Exported by Foo on 1.1.2024|"]),
        text("a title above the table", || "Customers 2024\nname,city\nA,Rome\n".into(), &["Customers 2024", "name|city", "A|Rome"]),
    ]
}
